#compdef promisectl
# Completion of promisectl for zsh. Save it as _promisectl in a directory in your fpath (before compinit runs):
#   mkdir -p ~/.zfunc && promisectl completion zsh > ~/.zfunc/_promisectl
#   # in ~/.zshrc:  fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit
# See: promisectl guide completion
#
# It asks promisectl for everything. What you type and what promisectl prints is never evaluated.

_promisectl() {
  emulate -L zsh
  local line value about before wide=0
  [[ $PREFIX == --*=* ]] && before=${PREFIX%%=*}=
  local -a values abouts shown
  while IFS= read -r line; do
    value=${line%%$'\t'*} about=${line#*$'\t'}
    if [[ -z $value ]]; then
      [[ -n $before ]] && compset -P 1 '*='
      _files
      return
    fi
    value=${value#"$before"}
    values+=("$value") abouts+=("$about")
    (( $#value > wide )) && wide=$#value
  done < <(COLUMNS=$COLUMNS command promisectl completion zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)
  (( $#values )) || return 1
  [[ -n $before ]] && compset -P 1 '*='

  local place
  for (( place = 1; place <= $#values; place++ )); do
    shown+=("${(r:wide:)values[place]}${abouts[place]:+  $abouts[place]}")
  done
  # A name without its marks becomes the one with them, though it does not begin like it.
  local expl
  local -a unlike
  [[ $values[1] == ${(Q)PREFIX}* ]] || unlike=(-U -i "$IPREFIX")
  if [[ -n ${(j::)abouts} ]]; then
    _wanted -V promisectl expl '' compadd "${unlike[@]}" -l -d shown -a values
  else
    _wanted -V promisectl expl '' compadd "${unlike[@]}" -a values
  fi
}

if [[ $funcstack[1] == _promisectl ]]; then # loaded from fpath
  _promisectl "$@"
else # sourced
  compdef _promisectl promisectl
fi
