# SPDX-License-Identifier: BSD-2-Clause
# SPDX-FileCopyrightText: 2026 The Tenon authors

# Completion of tenon(1) for bash: commands, options, kernels, scenarios, files.

_tenon_options() { # COMMAND: as its --help tells them
    "${COMP_WORDS[0]}" "$1" --help 2>/dev/null | grep -oE -- '(^|[ ,[])--?[a-z][a-z-]*' | tr -d ' ,[' | sort -u
}

_tenon() {
    local word=$2 previous=$3 command='' i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -*) ;;
        *)
            command=${COMP_WORDS[i]}
            break
            ;;
        esac
    done
    if [ -z "$command" ]; then
        mapfile -t COMPREPLY < <(compgen -W 'run check correlate image graph new log list --help --version' -- "$word")
        return
    fi
    case $previous in
    --kernel | --kernels) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" list kernels 2>/dev/null)" -- "$word") ;;
    --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$word") ;;
    --dir | --build) mapfile -t COMPREPLY < <(compgen -d -- "$word") ;;
    --input | --output | --against | -o) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --label | --under | --not | --timeout | --may-differ) ;;
    *)
        case $command:$word in
        *:-*) mapfile -t COMPREPLY < <(compgen -W "$(_tenon_options "$command")" -- "$word") ;;
        list:*) mapfile -t COMPREPLY < <(compgen -W 'kernels scenarios' -- "$word") ;;
        new:*) ;;
        log:*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
        *) mapfile -t COMPREPLY < <(
            compgen -W "$("${COMP_WORDS[0]}" list scenarios 2>/dev/null)" -- "$word"
            compgen -f -- "$word"
        ) ;;
        esac
        ;;
    esac
}

complete -o filenames -F _tenon tenon
