# What the scripts here share; sourced by them. DRY_RUN=1 prints commands instead of running them, as they would have to be typed.
print() {
  printf '+'
  printf ' %q' "$@"
  printf '\n'
}
run() { if [ "${DRY_RUN:-}" = 1 ]; then print "$@"; else "$@"; fi; }
# As run, for a command whose output is wanted.
ask() { if [ "${DRY_RUN:-}" = 1 ]; then print "$@" >&2 && echo told-by-azure; else "$@"; fi; }
