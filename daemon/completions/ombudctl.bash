# bash completion for ombudctl. What there is to complete is asked of the program's own help.

_ombudctl() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    local program=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$("$program" --help 2>/dev/null |
            sed -n 's/^  \([a-z]*\)  .*/\1/p') --help --version" -- "$word")
        return
    fi
    case $before in
    -c | --config | -o | --output) ;;
    *)
        case $word in
        -*)
            mapfile -t COMPREPLY < <(compgen -W "$("$program" "$command" --help 2>/dev/null |
                grep -oE -- '(^|[^a-z-])--[a-z][a-z-]*' | grep -oE -- '--[a-z-]+' |
                sort -u | tr '\n' ' ') --help" -- "$word")
            return
            ;;
        esac
        if [ "$COMP_CWORD" -eq 2 ]; then
            # Commands that have commands of their own name them first: "show|import ...".
            mapfile -t COMPREPLY < <(compgen -W "$("$program" "$command" --help 2>/dev/null |
                sed -n "1s/^Usage: ombudctl $command //p" | grep -oE '(^|\|) ?[a-z]+' |
                tr '|' ' ')" -- "$word")
        fi
        ;;
    esac
    [ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}

complete -o filenames -F _ombudctl ombudctl
