/** Halving from [0, 1] passes every binary64 between 0 and 1 within this many steps. */
const BISECTION_STEPS = 1_100

/** The number next to the boundary at which `excludes` holds, where it holds at `out` and not at `inside`. */
export function bisect(out: number, inside: number, excludes: (x: number) => boolean): number {
  for (let step = 0; step < BISECTION_STEPS; step += 1) {
    const middle = (out + inside) / 2
    if (middle === out || middle === inside) break
    if (excludes(middle)) out = middle
    else inside = middle
  }
  return out
}
