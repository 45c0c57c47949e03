/** Bodies as lines for the screen: as they are written, or by statements where a minifier wrote them. */
import { isMinified, statementLines, writtenLines } from './statement-lines.ts'

export interface Readable {
  sides: string[][]
  byStatement: boolean
}

/** All of them the same way, so that they can be compared. */
export function* readBodies(bodies: readonly string[]): Generator<void, Readable> {
  const byStatement = bodies.some(isMinified)
  const sides: string[][] = []
  for (const body of bodies) sides.push(yield* byStatement ? statementLines(body) : writtenLines(body))
  return { sides, byStatement }
}
