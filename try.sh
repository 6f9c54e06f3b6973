export HOME=/tmp/unsaid-home PROMISECTL_TODAY=2026-11-23T10:00 TZ=Europe/Berlin PATH=/tmp/unsaid/.venv/bin:$PATH
rm -rf $HOME; mkdir $HOME
run() { echo "\$ promisectl $*"; promisectl "$@"; echo "[$?]"; }
run make "Fix the bike brake" --from lee --by sat --reply-by wed --unsaid
run make "Send the Q3 numbers" --to dana --by fri -y
run bump 2 the vendor slipped --unsaid
run
run status; run status --json
run show 1; run show 2
run list
export PROMISECTL_TODAY=2026-11-24T10:00
run told 1 2
run show 2
run log
run negotiate 2 --by mon --reason later --unsaid
run withdraw 2
run negotiate 1 --by sun --unsaid
run told 1 --on yesterday
run told 1 --on today
run told 1
run undo
run moves --json
run accept 1
run make x --to me --unsaid
run make x --to dana --unsaid -y
run make x --to dana --unsaid --asked
run negotiate 2 --by mon --reason x --unsaid --theirs
run negotiate 2 --by mon --reason x --unsaid -y
run bump 2 x --unsaid --theirs
run export --format csv
run log --json
run doctor
