# Completion of stein for bash: the program itself says what fits, and where it says nothing, file names do.
_stein() {
  # The name as it was typed may be quoted, or an alias.
  local program=${COMP_WORDS[0]//[\\\"\']/}
  [[ $program == "~/"* ]] && program=$HOME/${program:2}
  [[ $(type -t -- "$program") == file ]] || program=stein

  local IFS=$'\n'
  COMPREPLY=($("$program" "[suggest]" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null))

  # Where bash takes the equals sign for the end of a word, it replaces only what stands after it.
  if [[ $COMP_WORDBREAKS == *=* ]]; then
    COMPREPLY=("${COMPREPLY[@]#--*=}")
  fi
}
complete -o bashdefault -o default -F _stein stein
