/** Angles, in degrees, below which directions are one: after gradient descent, after SGD or Adam, during alignment. */
export const CLUSTER_ANGLES = [2, 5, 10] as const

export interface DirectionClusters {
  /** Degrees. */
  readonly angle: (typeof CLUSTER_ANGLES)[number]
  readonly clusters: number
  /** Entropy, in nats, of the clusters' shares of the sum of |amplitude|. */
  readonly entropy: number
}

/** A unit vector, and what it counts for. */
export interface WeightedDirection {
  readonly direction: readonly number[]
  readonly amplitude: number
}

/** Single linkage: units are of one cluster when a chain of steps of at most `angle` leads from one to the other. */
export function clustersOf(units: readonly WeightedDirection[], angle: DirectionClusters['angle']): DirectionClusters {
  const clusters = units[0]?.direction.length === 2 ? runsOnCircle(units, angle) : chains(units, angle)
  return { angle, clusters: clusters.length, entropy: entropyOf(clusters) }
}

/** On a circle clusters are runs between gaps of the sorted angles; where no gap closes the last run, it goes on with the first. */
function runsOnCircle(units: readonly WeightedDirection[], angle: number): WeightedDirection[][] {
  const sorted = units.map((unit) => ({ unit, degrees: degreesOf(unit) })).toSorted((a, b) => a.degrees - b.degrees)
  const runs: WeightedDirection[][] = []
  for (const [i, { degrees, unit }] of sorted.entries()) {
    const before = sorted[i - 1]
    if (before === undefined || degrees - before.degrees > angle) runs.push([])
    runs.at(-1)?.push(unit)
  }
  const gap = (sorted[0]?.degrees ?? 0) + 360 - (sorted.at(-1)?.degrees ?? 0)
  if (runs.length > 1 && gap <= angle) runs[0]?.push(...(runs.pop() ?? []))
  return runs
}

/** atan2(b, w) in degrees. */
function degreesOf({ direction: [w = 0, b = 0] }: WeightedDirection): number {
  return (Math.atan2(b, w) * 180) / Math.PI
}

function chains(units: readonly WeightedDirection[], angle: number): WeightedDirection[][] {
  const longest = 2 * Math.sin((angle / 2) * (Math.PI / 180))
  const left = new Set(units)
  const clusters: WeightedDirection[][] = []
  for (const seed of units) {
    if (!left.delete(seed)) continue
    const cluster = [seed]
    for (const member of cluster) {
      for (const unit of left) {
        if (chord(member.direction, unit.direction) > longest) continue
        left.delete(unit)
        cluster.push(unit)
      }
    }
    clusters.push(cluster)
  }
  return clusters
}

/** ||u - v||, 2 sin(angle / 2): exact at small angles, where the arc cosine is not (Kahan). */
function chord(u: readonly number[], v: readonly number[]): number {
  let sum = 0
  for (let k = 0; k < u.length; k++) sum += ((u[k] ?? 0) - (v[k] ?? 0)) ** 2
  return Math.sqrt(sum)
}

function entropyOf(clusters: readonly (readonly WeightedDirection[])[]): number {
  const weights = clusters.map((units) => units.reduce((sum, { amplitude }) => sum + Math.abs(amplitude), 0))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.reduce((entropy, weight) => entropy - (weight / total) * Math.log(weight / total), 0)
}
