#compdef stein
# Completion of stein for zsh: the program itself says what fits, and where it says nothing, file names do.
_stein() {
  # The name as it was typed may be quoted, or a function.
  local program=${(Q)words[1]}
  [[ $program == "~/"* ]] && program=$HOME/${program[3,-1]}
  (( $+commands[$program] )) || [[ $program == */* && -x $program ]] || program=stein

  local -a candidates
  candidates=(${(f)"$("$program" "[suggest]" "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null </dev/null)"})
  if (( $#candidates )); then
    compadd -- $candidates
  else
    _files
  fi
}
# Read as a file of $fpath, this is the body of the function itself.
if [[ $funcstack[1] == _stein ]]; then
  _stein "$@"
else
  compdef _stein stein
fi
