/** What an API key may be allowed: to look, to submit, everything, to hand in trained blocks. */
export const SCOPES = ['read', 'submit', 'admin', 'worker'] as const

export type Scope = (typeof SCOPES)[number]

/**
 * Who submits must be able to look, and `admin` may do everything. A worker's key lies on machines that many can reach, so it
 * is good for nothing but handing in.
 */
const INCLUDED: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  submit: ['submit', 'read'],
  admin: SCOPES,
  worker: ['worker'],
}

/** Whether one of the scopes held allows what needs `needed`. */
export function allows(held: readonly Scope[], needed: Scope): boolean {
  return held.some((scope) => INCLUDED[scope].includes(needed))
}
