import { openWindow, screen, screenField, type GuardWindow, type ScreenedText } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import type { ConversationFacts } from './conversation.ts'

/** What may be stored of one text, and which earlier texts of the same author have to be masked now. */
export interface Screening {
  text: ScreenedText
  /** Numbers masked in this text. */
  masked: number
  ownKey: boolean
  earlier: { id: string; text: ScreenedText }[]
}

/** An author's recent texts, oldest first, for a window that starts anew (first message after a restart). */
export type RecentTexts = (
  facts: ConversationFacts,
  authorId: string,
) => Promise<{ id: string; text: string }[]>

export interface Screener {
  text(
    facts: ConversationFacts,
    authorId: string,
    eventId: string,
    text: string,
  ): Promise<Screening> | Screening
  /** A conversation that has just begun: there are no earlier texts of its visitor to load. */
  begun(facts: ConversationFacts, authorId: string): void
  answers(
    answers: Record<string, string>,
    identifiers: readonly IdentifierFormat[],
  ): { json: ScreenedText; masked: number }
}

/** Windows in memory; the one not used for longest is dropped and re-primed from the store when needed. */
const windowsMax = 20_000

interface Author {
  window: GuardWindow
  primed: boolean
  /** Texts of one author are screened one after another, also while earlier ones are being loaded. */
  turn: Promise<unknown> | null
}

/** @param formatsOf asked for every text, so that what a tenant changes counts at once in windows that are open. */
export function openScreening(recentTexts: RecentTexts, formatsOf: FormatsOf): Screener {
  const authors = new Map<string, Author>()

  function authorOf(key: string): Author {
    let author = authors.get(key)
    if (author !== undefined) authors.delete(key)
    else {
      author = { window: openWindow(), primed: false, turn: null }
      if (authors.size >= windowsMax) authors.delete(authors.keys().next().value!)
    }
    authors.set(key, author)
    return author
  }

  function screenNow(
    author: Author,
    eventId: string,
    text: string,
    identifiers: readonly IdentifierFormat[],
  ): Screening {
    const screened = author.window.screen(eventId, text, identifiers)
    return {
      text: screened.text,
      masked: screened.findings.length,
      ownKey: screened.mayContinue,
      earlier: screened.earlier.map((piece) => ({ id: piece.id, text: piece.text })),
    }
  }

  return {
    text(facts, authorId, eventId, text) {
      const author = authorOf(`${facts.tenant}/${facts.id}/${authorId}`)
      const held = formatsOf(facts.tenant)
      // Without digits or number words of its own a text can complete nothing: the store need not be asked.
      if (
        author.turn === null &&
        !(held instanceof Promise) &&
        (author.primed || !screen(text, { identifiers: held }).mayContinue)
      )
        return screenNow(author, eventId, text, held)
      const turn = (author.turn ?? Promise.resolve()).then(async () => {
        const identifiers = await formatsOf(facts.tenant)
        if (!author.primed) {
          for (const recent of await recentTexts(facts, authorId))
            if (recent.id !== eventId) author.window.screen(recent.id, recent.text, identifiers)
          author.primed = true
        }
        return screenNow(author, eventId, text, identifiers)
      })
      author.turn = turn
      const done = (): void => {
        if (author.turn === turn) author.turn = null
      }
      turn.then(done, done)
      return turn
    },

    begun(facts, authorId) {
      authorOf(`${facts.tenant}/${facts.id}/${authorId}`).primed = true
    },

    answers(answers, identifiers) {
      let masked = 0
      const fields: Record<string, string> = {}
      for (const [name, answer] of Object.entries(answers)) {
        const screened = screenField(name, answer, { identifiers })
        masked += screened.findings.length
        fields[screen(name).text] = screened.text
      }
      const whole = screen(JSON.stringify(fields), { identifiers })
      if (whole.findings.length === 0) return { json: whole.text, masked }
      // A number spread over several fields: nothing in which a digit stands is kept.
      for (const [name, answer] of Object.entries(fields)) if (/\p{N}/u.test(answer)) fields[name] = '•••'
      return {
        json: screen(JSON.stringify(fields), { identifiers }).text,
        masked: masked + whole.findings.length,
      }
    },
  }
}
