# Completion of promisectl for bash. Save it where the package bash-completion looks:
#   promisectl completion bash > ~/.local/share/bash-completion/completions/promisectl
# or save it to any file and source that from your ~/.bashrc. See: promisectl guide completion
#
# It asks promisectl for everything. What you type and what promisectl prints is never evaluated.

_promisectl() {
    # Bash also splits words at = and : ; pieces without a space between them belong together.
    local rest=${COMP_LINE:0:COMP_POINT} piece blank place last
    local -a words=()
    for ((place = 0; place <= COMP_CWORD; place++)); do
        blank=${rest%%[![:blank:]]*}
        rest=${rest#"$blank"}
        piece=${COMP_WORDS[place]}
        ((place == COMP_CWORD)) && piece=$rest # as far as the cursor
        rest=${rest#"$piece"}
        if ((place)) && [[ -z $blank ]]; then
            last=$((${#words[@]} - 1))
            words[last]+=$piece
        else
            words+=("$piece")
        fi
    done
    last=$((${#words[@]} - 1))

    # The text before the piece that bash replaces: --state= of --state=kept
    local typed=${words[last]} before
    [[ $piece == [=:] ]] && piece=
    before=${typed%"$piece"}

    COMPREPLY=()
    if ((last > 1)) && [[ ${words[last - 1]} == *[\<\>] ]]; then
        _promisectl_files "$piece"
        return
    fi

    # In an open quote, only values without special characters are offered; elsewhere they are quoted.
    local line value about wide=0
    local -a values=() abouts=()
    while IFS= read -r line; do
        value=${line%%$'\t'*} about=${line#*$'\t'}
        if [[ -z $value ]]; then
            _promisectl_files "$piece"
            return
        fi
        value=${value#"$before"}
        case $piece in
            \'*) [[ $value == *\'* ]] && continue ;;
            \"*) [[ $value == *[\"\\\$\`\!]* ]] && continue ;;
            *) printf -v value %q "$value" ;;
        esac
        values+=("$value") abouts+=("$about")
        ((${#value} > wide)) && wide=${#value}
    done < <(COLUMNS=${COLUMNS:-80} command promisectl completion bash -- "${words[@]:1}" 2> /dev/null)

    # Bash has no place for descriptions. When it is about to show a list, the candidates are whole lines; readline inserts
    # only their common beginning, which is part of the values. A single value, or one to insert, comes without description.
    case ${#values[@]}:$COMP_TYPE in
        [01]:* | *:37 | *:42) COMPREPLY=("${values[@]}") ;;
        *)
            for place in "${!values[@]}"; do
                printf -v line '%-*s  %s' "$wide" "${values[place]}" "${abouts[place]}"
                [[ -z ${abouts[place]} ]] && line=${values[place]}
                # The first line is long enough that readline uses one column.
                [[ $place == 0 && -n ${abouts[0]} ]] && printf -v line '%-*s' $((${COLUMNS:-80} / 2)) "$line"
                COMPREPLY+=("$line")
            done
            ;;
    esac
}

_promisectl_files() {
    local file
    compopt -o filenames 2> /dev/null
    while IFS= read -r file; do
        COMPREPLY+=("$file")
    done < <(compgen -f -- "$1")
}

complete -o nosort -F _promisectl promisectl 2> /dev/null || complete -F _promisectl promisectl
