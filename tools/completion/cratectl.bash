# Bash completion for cratectl: verbs, options, and values known locally.
# It never contacts the agent, etcd or Docker.

_cratectl() {
    local current=${COMP_WORDS[COMP_CWORD]}
    local previous=${COMP_WORDS[COMP_CWORD - 1]}
    local verbs="status list-machines list-units forget probe pull-image site"
    local options="--json --endpoint --config --help"
    local verb="" word
    COMPREPLY=()

    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if [[ " $verbs " == *" $word "* ]]; then
            verb=$word
            break
        fi
    done

    case $previous in
        --config)
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            compopt -o filenames
            return
            ;;
        --data-directory)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            compopt -o filenames
            return
            ;;
        --all)
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            compopt -o filenames
            return
            ;;
        --target)
            mapfile -t COMPREPLY < <(compgen -W "cratekeeper flatcar fcos" -- "$current")
            return
            ;;
        --interface)
            mapfile -t COMPREPLY < <(compgen -W "$(ls /sys/class/net 2> /dev/null)" -- "$current")
            return
            ;;
        --endpoint)
            mapfile -t COMPREPLY < <(compgen -W "http:// https://" -- "$current")
            compopt -o nospace
            return
            ;;
    esac

    case $verb in
        "") options="$verbs $options --version" ;;
        site)
            if [[ $current != -* ]]; then
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                compopt -o filenames
                return
            fi
            options+=" --node --all --check --target"
            ;;
        forget) options+=" --undo --yes" ;;
        probe) options+=" --data-directory --interface --watch" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -F _cratectl cratectl
