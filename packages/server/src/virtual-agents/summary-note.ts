import type { Summary } from '@candor/virtual-agent/decision.ts'

/** Staff read it at the top of what they take over; more is in the transcript. */
const noteCharactersMax = 4_000

/** The private note that goes with a hand-over: what the visitor wants, what is known, what was done, and why. */
export function summaryNote(by: { name: string; version: number }, summary: Summary): string {
  const { wish, slots, done, reason } = summary
  const lines = [
    `${by.name} (version ${by.version}) handed over: ${reason.replaceAll('-', ' ')}.`,
    ...(wish === null ? [] : [`Wants: ${wish}`]),
    ...slots.map(({ label, value }) => `${label}: ${value}`),
    ...(done.length === 0 ? [] : [`Done: ${done.join('; ')}`]),
  ]
  const note = lines.join('\n')
  return note.length <= noteCharactersMax ? note : `${note.slice(0, noteCharactersMax - 1)}…`
}
