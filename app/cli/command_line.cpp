#include "app/cli/command_line.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

#include "app/cli/bench.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/compute.hpp"
#include "app/cli/reference.hpp"
#include "app/language/language.hpp"
#include "core/engine/isa.hpp"
#include "core/io/file.hpp"
#include "core/timing/memory.hpp"
#include "core/timing/sweep.hpp"

namespace attnscope {
namespace {

const std::vector<std::string> command_examples{
    "attnscope render attention --set text=\"to be or not to be\" --set mask=causal --out picture.pdf",
    "attnscope render attention --paper --width-cm 12 --font-pt 8 --out figure.pdf",
    "attnscope data attention --set heads=4 --out - | head",
    "attnscope data random_features --set sigma=1 --out errors.json",
    "attnscope data timing --set sweep=quick --out times.json",
    "attnscope lecture masks --language fa",
    "attnscope handout why-positions --language he --out positions.pdf",
    "attnscope record attention --play temperature=0.1..5 --seconds 6 --out softmax.gif",
    "attnscope compute attention --q q.npy --k k.npy --v v.npy --mask causal --out out.npy"};

int failed(const Error& error) {
    // One line, whatever the user's own text in it holds.
    std::fprintf(stderr, "attnscope: error: %s\n", printable(error.what, 100000).c_str());
    return error.code == ErrorCode::usage ? 2 : 1;
}

int finish(const Result<std::string>& result) {
    if (!result) return failed(result.error());
    std::fputs(result->c_str(), stderr);
    return 0;
}

void add_panel_options(CLI::App& command, PanelArguments& arguments) {
    command.add_option("panel", arguments.panel, "The panel's name; `attnscope list` shows them");
    command.add_option("--state", arguments.state, "A state file (TOML), as the window saves it")->type_name("FILE");
    command.add_option("--set", arguments.assign, "A parameter, as in --set temperature=0.5; may be repeated")
        ->type_name("KEY=VALUE")
        ->take_all()
        ->allow_extra_args(false);
}

struct MeasureArguments {
    std::string method;
    MethodShape shape;
    int threads = 1;
};

struct Everything {
    std::string state_file;
    std::string language;
    bool lessons_json = false;
    StepArguments lecture;
    HandoutArguments handout;
    RecordArguments record;
    RenderArguments render;
    DataArguments data;
    ListArguments list;
    ComputeArguments compute;
    MeasureArguments measure;
    BenchArguments bench;
};

void describe_render(CLI::App& app, RenderArguments& arguments) {
    CLI::App& command =
        *app.add_subcommand("render", "Draw a panel's picture into a file; needs no display and no GPU");
    add_panel_options(command, arguments.panel);
    CLI::Option* lesson = command
                              .add_option("--lesson", arguments.step.lesson,
                                          "A step of a lesson with its words, in place of a panel: a name or a file")
                              ->type_name("LESSON")
                              ->excludes("panel", "--state", "--set");
    command.add_option("--step", arguments.step.step, "Which step of the lesson, from 1")
        ->capture_default_str()
        ->needs(lesson);
    command.add_option("--size", arguments.size, "Width and height in points [1600x1000; of a lesson's step 1180x664]")
        ->type_name("WxH");
    command.add_option("--scale", arguments.scale, "Pixels per point, for PNG")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 16.0));
    command.add_option("--theme", arguments.theme, "dark or light")->check(CLI::IsMember({"dark", "light"}));
    CLI::Option* window = command.add_flag("--window", arguments.window,
                                           "The whole window with its controls instead of the pictures alone (PNG)");
    command
        .add_option("--compare", arguments.compare, "Compare with the panel's settings in this state file: A, B, B - A")
        ->type_name("A.toml")
        ->excludes(lesson);
    command.add_option("--part", arguments.part, "One part of the picture alone, as the Export menu names them")
        ->excludes(window)
        ->excludes(lesson);
    CLI::Option* paper =
        command.add_flag("--paper", arguments.paper, "For print: black on white, the ratio of --size, PNG at 300 dpi")
            ->excludes(window)
            ->excludes("--theme")
            ->excludes("--scale");
    command.add_option("--width-cm", arguments.width_cm, "Width of the figure on paper, 1 to 100")->needs(paper);
    command.add_option("--font-pt", arguments.font_pt, "Size of its ordinary text in points, 3 to 40")->needs(paper);
    command.add_option("--out", arguments.panel.out, "The file: .png, .svg or .pdf")->required()->type_name("FILE");
}

void describe_data(CLI::App& app, DataArguments& arguments) {
    CLI::App& command = *app.add_subcommand("data", "Write the numbers behind a panel's picture");
    add_panel_options(command, arguments.panel);
    command.add_option("--format", arguments.format, "json, csv or npy, when the file's name does not say it");
    command.add_option("--out", arguments.panel.out, "The file: .json, .csv or .npy; - is standard output (JSON)")
        ->required()
        ->type_name("FILE");
}

void describe_record(CLI::App& app, RecordArguments& arguments) {
    CLI::App& command = *app.add_subcommand("record", "Record a panel while one of its parameters runs by itself");
    add_panel_options(command, arguments.panel);
    command.add_option("--play", arguments.play, "The parameter and its ends, as in temperature=0.1..5")
        ->required()
        ->type_name("KEY=FROM..TO");
    command.add_option("--seconds", arguments.seconds, "How long it is in all, 0.1 to 600")->capture_default_str();
    command.add_option("--cycle", arguments.cycle,
                       "Seconds from one end to the other [half of all: there and back once]");
    command.add_flag("--one-way", arguments.one_way, "From one end to the other and from the start again, not back");
    command.add_option("--rate", arguments.rate, "Pictures a second, 1 to 60 (GIF: 50)")->capture_default_str();
    command.add_option("--size", arguments.size, "Width and height in points [1600x1000]")->type_name("WxH");
    command.add_option("--scale", arguments.scale, "Pixels per point")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 16.0));
    command.add_option("--theme", arguments.theme, "dark or light")->check(CLI::IsMember({"dark", "light"}));
    command.add_option("--part", arguments.part, "One part of the picture alone, as the Export menu names them");
    command.add_option("--out", arguments.panel.out, "x.png makes x-0001.png, ...; .gif and .mp4 need ffmpeg")
        ->required()
        ->type_name("FILE");
}

void describe_lessons(CLI::App& app, Everything& all) {
    CLI::App& lessons = *app.add_subcommand("lessons", "The lessons that are part of the program");
    lessons.add_flag("--json", all.lessons_json, "For programs: with the steps' titles and panels");
    CLI::App& lecture = *app.add_subcommand("lecture", "Open the window with a lesson");
    lecture.add_option("lesson", all.lecture.lesson, "A lesson's name, or a file of your own (.toml)")->required();
    lecture.add_option("--step", all.lecture.step, "Begin with this step, from 1")->capture_default_str();
    CLI::App& handout = *app.add_subcommand("handout", "A lesson on paper: a PDF with a page for each step");
    handout.add_option("lesson", all.handout.lesson, "A lesson's name, or a file of your own (.toml)")->required();
    handout.add_flag("--answers", all.handout.answers, "With the answers of the questions");
    handout.add_option("--out", all.handout.out, "The file: .pdf")->required()->type_name("FILE");
}

void describe_compute(CLI::App& app, ComputeArguments& arguments) {
    CLI::App& compute = *app.add_subcommand("compute", "Run the engine on your own arrays");
    compute.require_subcommand(1);
    CLI::App& command = *compute.add_subcommand("attention", "softmax(q k' scale / temperature) v");
    const char* const array = "F.npy | F.safetensors:NAME";
    command.add_option("--q", arguments.q, "Queries, [L, d] or [heads, L, d]")->required()->type_name(array);
    command.add_option("--k", arguments.k, "Keys")->required()->type_name(array);
    command.add_option("--v", arguments.v, "Values")->required()->type_name(array);
    command.add_option("--mask", arguments.mask, "none, causal, window:W, padding:N, prefix:P or block:B")
        ->capture_default_str();
    command.add_option("--temperature", arguments.temperature, "Scores are divided by it")->capture_default_str();
    command.add_option("--scale", arguments.scale,
                       "Scores are multiplied by it; when not given 1/sqrt(d), for scores other than scaled_dot 1");
    command.add_option("--score", arguments.score, "The score, by the name the attention panel gives it")
        ->capture_default_str();
    command
        .add_option("--score-weights", arguments.score_weights,
                    "Weights of the score; random by the seed when not given")
        ->type_name("F.safetensors");
    command.add_option("--position", arguments.position, "Positions, by the name the attention panel gives them")
        ->capture_default_str();
    command.add_option("--method", arguments.method, "exact, reference, trig, positive, hyperbolic or elu")
        ->capture_default_str();
    command.add_option("--features", arguments.features, "How many random features")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    command.add_flag("--orthogonal", arguments.orthogonal, "Random features in orthogonal blocks");
    command.add_option("--seed", arguments.seed, "Of whatever is random")
        ->capture_default_str()
        ->check(CLI::Range(0, 2147483647));
    command.add_option("--weights", arguments.weights, "Write the weights too")->type_name("F.npy");
    command.add_option("--out", arguments.out, "The output array; - is standard output")
        ->required()
        ->type_name("F.npy");
}

void describe_bench(CLI::App& app, BenchArguments& arguments) {
    CLI::App& command =
        *app.add_subcommand("bench", "Time the engine on this machine, beside Eigen, OpenBLAS and oneDNN");
    CLI::Option* quick = command.add_flag("--quick", arguments.quick, "Three lengths within 40 seconds, not 8 minutes");
    command.add_option("--lengths", arguments.lengths, "These lengths instead, as in --lengths 128,1024")
        ->delimiter(',')
        ->type_name("L,...")
        ->excludes(quick);
    command.add_option("--threads", arguments.threads, "All cores when not given");
    command.add_option("--seconds", arguments.seconds, "About so long in all");
    command.add_option("--out", arguments.out, "The figures as JSON; - is standard output, instead of the table")
        ->type_name("F.json");
}

// For the timing panel, which asks a process of its own; not in --help.
void describe_measure(CLI::App& app, MeasureArguments& arguments) {
    CLI::App& command = *app.add_subcommand("measure-memory", "Print how many bytes a call of a method holds");
    command.group("");
    command.add_option("method", arguments.method, "Its name")
        ->required()
        ->check(CLI::IsMember(std::vector<std::string>(timed_method_names.begin(), timed_method_names.end())));
    const auto number = [&](const char* name, Index& value, Index most) {
        command.add_option(name, value, "A number")->required()->check(CLI::Range(Index{1}, most));
    };
    number("--length", arguments.shape.length, Index{1} << 20);
    number("--dim", arguments.shape.dim, 1024);
    number("--heads", arguments.shape.heads, 64);
    number("--features", arguments.shape.features, 1 << 20);
    command.add_option("--threads", arguments.threads, "A number")->required()->check(CLI::Range(1, 1024));
    command.add_flag("--causal", arguments.shape.causal, "A query sees no later key");
}

Result<std::string> run_measure(const MeasureArguments& arguments) {
    const auto found = std::find(timed_method_names.begin(), timed_method_names.end(), arguments.method);
    const auto method = static_cast<TimedMethod>(found - timed_method_names.begin());
    const Result<std::int64_t> bytes = measure_bytes(method, arguments.shape, arguments.threads);
    if (!bytes) return bytes.error();
    std::printf("%s\n", std::to_string(*bytes).c_str());
    return std::string();
}

int run(CLI::App& app, const Everything& all) {
    if (app.got_subcommand("render")) return finish(run_render(all.render));
    if (app.got_subcommand("data")) return finish(run_data(all.data));
    if (app.got_subcommand("list")) return finish(run_list(all.list, program_help(app, command_examples)));
    if (app.got_subcommand("record")) return finish(run_record(all.record));
    if (app.got_subcommand("lessons")) return finish(run_lessons(all.lessons_json));
    if (app.got_subcommand("lecture")) return finish(run_lecture(all.lecture));
    if (app.got_subcommand("handout")) return finish(run_handout(all.handout));
    if (app.got_subcommand("compute")) {
        const Result<std::string> note = run_compute_attention(all.compute);
        if (!note) return failed(note.error());
        if (!note->empty()) std::fprintf(stderr, "attnscope: note: %s\n", note->c_str());
        return 0;
    }
    if (app.got_subcommand("measure-memory")) return finish(run_measure(all.measure));
    if (app.got_subcommand("bench")) {
        const Result<void> done = run_bench(all.bench);
        return done ? 0 : failed(done.error());
    }
    return finish(run_gui(all.state_file, all.lecture.language));
}

int parse_and_run(int argc, const char* const* argv) {
    CLI::App app("AttnScope: an oscilloscope for attention.\nWithout a subcommand it opens the window.", "attnscope");
    const Result<Isa> isa = isa_by_environment();
    if (!isa) return failed(isa.error());
    app.set_version_flag("--version", fmt::format("attnscope {} (kernels for {})", ATTNSCOPE_VERSION, isa_name(*isa)));
    app.footer(fmt::format(
        "Examples:\n  {}\n`attnscope list` names every panel and parameter with its range. F1 in the window lists "
        "the keys.",
        fmt::join(command_examples, "\n  ")));
    Everything all;
    app.add_option("file", all.state_file, "Open the window with this state file")->type_name("STATE.toml");
    app.require_subcommand(0, 1);
    describe_render(app, all.render);
    describe_data(app, all.data);
    describe_record(app, all.record);
    describe_lessons(app, all);
    describe_compute(app, all.compute);
    describe_bench(app, all.bench);
    describe_measure(app, all.measure);
    CLI::App& list = *app.add_subcommand("list", "Panels and their parameters: key, type, range, default, unit, help");
    const std::vector<CLI::Option*> forms{
        list.add_flag("--json", all.list.json, "For programs"),
        list.add_flag("--names", all.list.names, "Only the panels' names, one a line"),
        list.add_flag("--markdown", all.list.markdown, "The reference of all commands, parameters and keys"),
        list.add_flag("--man", all.list.man, "The same as a manual page"),
        list.add_option("--completion", all.list.completion, "What completes the command line in this shell")
            ->check(CLI::IsMember(std::vector<std::string>(completion_shells.begin(), completion_shells.end())))};
    for (CLI::Option* form : forms)
        for (CLI::Option* other : forms)
            if (other != form) form->excludes(other);
    const auto in_language = [&](CLI::App& command) {
        command.add_option("--language", all.language, "Of pictures, window and lessons: en, fa or he")
            ->check(CLI::IsMember({"en", "fa", "he"}));
    };
    in_language(app);
    for (CLI::App* command : app.get_subcommands({})) in_language(*command);
    try {
        app.parse(argc, argv);
        if (const std::optional<Language> language = language_of_code(all.language)) {
            set_language(*language);
            all.render.panel.language = all.record.panel.language = all.lecture.language = language;
        }
        return run(app, all);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        return failed(usage_error(std::string(error.what()) + " (attnscope --help shows what there is)"));
    }
}

}  // namespace

int run_command_line(int argc, const char* const* argv) {
    use_one_heap();
    try {
        return parse_and_run(argc, argv);
    } catch (const std::bad_alloc&) {
        std::fputs("attnscope: error: not enough memory\n", stderr);  // without asking for any
        return 1;
    } catch (const std::system_error& error) {  // no further thread can be had
        std::fprintf(stderr, "attnscope: error: %s\n", error.what());
        return 1;
    }
}

}  // namespace attnscope
