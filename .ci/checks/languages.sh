# Every text of the program is in every catalogue, and no catalogue has texts that the program does not say.
set -euo pipefail
.ci/messages --check "$1/app/messages"
