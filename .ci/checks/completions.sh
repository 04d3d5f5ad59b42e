# What the shells complete, asked as a person asks: by a line and a cursor at its end.  $1: the build folder.
set -euo pipefail
program=$1/attnscope
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for shell in bash zsh fish; do "$program" list --completion "$shell" >"$work/$shell"; done

# expect SHELL LINE WORD...: these are among what it offers; !WORD: this is not.
expect() {
    local shell=$1 line=$2 word
    shift 2
    "offers_$shell" "$line" >"$work/offered"
    for word in "$@"; do
        if [ "${word#!}" != "$word" ]; then
            ! grep -qxF -e "${word#!}" "$work/offered" || { echo "$shell: '$line' offers '${word#!}'"; exit 1; }
        else
            grep -qxF -e "$word" "$work/offered" || { echo "$shell: '$line' does not offer '$word' but:"; cat "$work/offered"; exit 1; }
        fi
    done
}
offers_bash() {
    # compopt is for completions that readline asks for.
    bash --norc -c 'compopt() { :; }; . "$1"; COMP_LINE=$2 COMP_POINT=${#2}; _attnscope; printf "%s\n" "${COMPREPLY[@]}"' - "$work/bash" "$1"
}
offers_fish() { fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$work/fish" "$1" | cut -f1; }

panels=$("$program" list --names)
# shellcheck disable=SC2086  # a list of names
for shell in bash fish; do
    expect "$shell" "attnscope " render data lecture compute '!--size' '!measure-memory'
    expect "$shell" "attnscope rend" render '!data'
    expect "$shell" "attnscope render " $panels
    expect "$shell" "attnscope render attention --" --set --size --theme --out --language '!--play'
    expect "$shell" "attnscope render attention --theme " dark light '!--out'
    expect "$shell" "attnscope render attention --set " temperature= mask= '!sigma='
    expect "$shell" "attnscope lecture " masks sinusoids
    expect "$shell" "attnscope compute " attention
    expect "$shell" "attnscope --language " en fa he
done
# bash ends words at =, fish does not.
expect bash "attnscope render attention --set mask=" none causal '!mask=causal'
expect bash "attnscope render attention --set mask=ca" causal '!none'
expect fish "attnscope render attention --set mask=ca" mask=causal '!mask=none'
# zsh asks in a terminal only: a session in one, whose list is read from the screen.
zsh -n "$work/zsh"
mkdir "$work/functions"
cp "$work/zsh" "$work/functions/_attnscope"
cat >"$work/ask.zsh" <<'ZSH'
zmodload zsh/zpty
zpty asked zsh -f -i
send() { zpty -w asked "$1"; }
send "PROMPT=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-prompt ''; LISTMAX=1000; stty cols 200; echo rea''dy"
zpty -r -m asked text '*ready*'
zpty -w -n asked "$2"$'\t\t'
sleep 1
zpty -r -t asked text; result=$text
while zpty -r -t asked text; do result+=$text; done
print -r -- "$result"
zpty -d asked
ZSH
offers_zsh() { zsh -f "$work/ask.zsh" "$work/functions" "$1" | tr -s ' \t\r' '\n' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'; }
expect zsh "attnscope " render data lecture
expect zsh "attnscope render attention --theme " dark light
expect zsh "attnscope render attention --set mask=" none causal
