# Every Debian/Ubuntu package this project needs, in the one place that ./run and ./test read.
# kind: build = to build the program, run = only to run it, package = to make a .deb, test = ./test besides. "test-12" is for Debian 12 alone, whose
# clang tools are the pinned version that decides about format and lint; where they are missing those two stages are skipped.
# A third field is why it is here. Libraries the program links to at run time come along with their -dev packages.
# shellcheck shell=bash disable=SC2034  # read by setup.sh
package_table='
build   g++                     C++20 compiler
build   cmake                   build system, 3.25 or newer
build   ninja-build             what CMake generates for
build   pkg-config              finds ImGui, epoxy, EGL, Pango, fontconfig
build   libimgui-dev            user interface
build   libglfw3-dev            window, keyboard, mouse
build   libepoxy-dev            OpenGL function loader
build   libgl-dev               OpenGL headers, which GLFW and epoxy include
build   libegl-dev              context without a display
build   libpango1.0-dev         exported figures (cairo), right-to-left text
build   libfontconfig-dev       finds fonts
build   libpng-dev              pictures
build   libeigen3-dev           linear algebra
build   libtbb-dev              parallel loops
build   libfmt-dev              text formatting
build   libspdlog-dev           log
build   libcli11-dev            command line
build   libtomlplusplus-dev     state files
build   libboost-locale-dev     reads the catalogues of languages
build   gettext                 compiles them
build   nlohmann-json3-dev      JSON output, safetensors headers
run     libgl1                  OpenGL library, loaded at run time
run     libegl1                 EGL library, loaded at run time
run     libegl-mesa0            EGL driver, for pictures without a display
run     libglx-mesa0            GLX driver, for the window
run     libgl1-mesa-dri         software renderer where there is no GPU
run     libxcursor1             cursors, loaded by GLFW at run time
run     libxi6                  mouse and touch pads, the same
run     libxinerama1            monitors, the same
run     libxrandr2              monitors and their scale, the same
run     fonts-inter             the text font
run     fonts-jetbrains-mono    the font of numbers
run     fonts-dejavu-core       fallback font
run     fonts-noto-core         Hebrew and Arabic
package dpkg-dev                finds which libraries a .deb depends on
package file                    CPack asks it what a program is
test    libgtest-dev            tests
test    libgmock-dev            tests
test    libbenchmark-dev        benchmarks
test    libopenblas-dev         what the benchmark compares with, never part of the program
test    libdnnl-dev             the same
test    clang                   second compiler, for what runs under sanitizers
test    libclang-rt-dev         its sanitizers
test    xvfb                    a display for tests in a real window
test    xauth                   access to that display
test    xdotool                 mouse and keys in a real window
test    openbox                 a window manager, so that windows close as a person closes them
test    wmctrl                  asks the window manager to close a window
test    x11-utils               window properties
test    imagemagick             looks at screenshots
test    poppler-utils           reads text back from exported PDFs
test    librsvg2-bin            draws exported SVGs
test    libxml2-utils           checks that exported SVGs are well-formed
test    desktop-file-utils      validates the desktop file
test    appstream               validates what software centres show
test    lintian                 looks for mistakes in the .deb
test    strace                  sees what the program opens and starts
test    man-db                  formats the manual, and groff finds mistakes in it
test    zsh                     its completion is tried
test    fish                    the same
test-12 clang-format-14         format check
test-12 clang-tidy-14           lint
'
