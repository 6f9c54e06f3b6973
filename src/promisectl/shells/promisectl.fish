# Completion of promisectl for fish. Save it where fish looks:
#   promisectl completion fish > ~/.config/fish/completions/promisectl.fish
# See: promisectl guide completion
#
# It asks promisectl for everything. What you type and what promisectl prints is never evaluated.

function __promisectl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct | string unescape)
    for line in (COLUMNS=$COLUMNS command promisectl completion fish -- $words[2..] "$current" 2>/dev/null)
        if string match -q -- \t'*' $line
            set -l before (string match -r -- '^--[^=]*=' "$current")
            string replace -r -- '^' "$before" (__fish_complete_path (string replace -- "$before" '' "$current"))
        else
            printf '%s\n' $line
        end
    end
end

complete -c promisectl -f -k -a '(__promisectl_complete)'
