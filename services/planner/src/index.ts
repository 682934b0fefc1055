export { runPlanner } from './planner.ts'
export type { Planner, PlannerOptions } from './planner.ts'
