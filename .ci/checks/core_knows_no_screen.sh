# core/ and the assets it reads include nothing of a screen, and nothing of app/.
set -euo pipefail
forbidden='^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]((backends/)?imgui|imstb_|GL/|GLES|KHR/|epoxy/|EGL/|GLFW/|cairo|pango|X11/|wayland|fontconfig/|ft2build|(\.\./)*app/)'
for line in '#include <imgui.h>' '# include <GL/gl.h>' '#include "app/gl/objects.hpp"' '#include <pango/pangocairo.h>' '#include <cairo.h>'; do
    grep -qE "$forbidden" <<<"$line" || { echo "this check would not see: $line"; exit 1; }
done
if found=$(grep -rnE "$forbidden" core assets --include='*.?pp' --include='*.cc' --include='*.inc' --include='*.h'); then
    printf 'core must know no screen and no app/:\n%s\n' "$found"
    exit 1
fi
