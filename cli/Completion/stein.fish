# Completion of stein for fish: the program itself says what fits, and where it says nothing, file names do.
function __stein_suggest
    # The name as it was typed may be that of a function around the program.
    set -l program (commandline -opc)[1]
    set program (string replace -r '^~/' "$HOME/" -- $program)
    command -q $program; or set program stein

    set -l candidates (command $program "[suggest]" (commandline -cp | string collect) 2>/dev/null </dev/null)
    if set -q candidates[1]
        printf '%s\n' $candidates
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c stein -f -a '(__stein_suggest)'
