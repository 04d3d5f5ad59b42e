# Which files are the project's own: what git knows or would add; without git (an archive) everything but builds.
# shellcheck shell=bash

# project_files: NUL-separated paths from the root, the current directory.
project_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        # What was deleted but not yet committed is still listed: only what is there counts.
        git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
            if [ -f "$file" ]; then printf '%s\0' "$file"; fi
        done
    else
        find . \( -path ./build -o -path ./pictures -o -path ./.git \) -prune -o -type f -printf '%P\0'
    fi
}

# source_files: the C++ among them.
source_files() { project_files | grep -zE '\.(cpp|hpp|inl|cc)$'; }
