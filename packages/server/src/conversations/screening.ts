import { openWindow, screen, screenField, type GuardWindow, type ScreenedText } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
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
  /**
   * What was screened without the author's earlier texts, as nobody could open them, is screened again with them.
   * Answers what has to be masked.
   */
  catchUp(): Promise<{ facts: ConversationFacts; earlier: Screening['earlier'] }[]>
}

/** Windows in memory; the one not used for longest is dropped and re-primed from the store when needed. */
const windowsMax = 20_000

/** The keyholder is away, or the tenant's readers are held up; what a visitor says is taken all the same. */
const awayCodes: ReadonlySet<string> = new Set(['history_unavailable', 'suspended'])

interface Author {
  facts: ConversationFacts
  id: string
  window: GuardWindow
  primed: boolean
  /** Texts were screened while the earlier ones could not be opened. */
  owed: boolean
  /** Texts of one author are screened one after another, also while earlier ones are being loaded. */
  turn: Promise<unknown> | null
}

/** @param formatsOf asked for every text, so that what a tenant changes counts at once in windows that are open. */
export function openScreening(recentTexts: RecentTexts, formatsOf: FormatsOf): Screener {
  const authors = new Map<string, Author>()

  function authorOf(facts: ConversationFacts, id: string): Author {
    const key = `${facts.tenant}/${facts.id}/${id}`
    let author = authors.get(key)
    if (author !== undefined) authors.delete(key)
    else {
      author = { facts, id, window: openWindow(), primed: false, owed: false, turn: null }
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

  /**
   * Loads the author's earlier texts. Answers what has to be masked of them, or null when they cannot be opened now:
   * then the text at hand is screened with what is known, and again in `catchUp`.
   */
  async function prime(author: Author, except: string | null): Promise<Screening['earlier'] | null> {
    let recent: Awaited<ReturnType<RecentTexts>>
    try {
      recent = await recentTexts(author.facts, author.id)
    } catch (caught) {
      if (!(caught instanceof Refusal && awayCodes.has(caught.code))) throw caught
      author.owed = true
      return null
    }
    const identifiers = await formatsOf(author.facts.tenant)
    const masked = new Map<string, ScreenedText>()
    const window = openWindow()
    for (const { id, text } of recent) {
      if (id === except) continue
      const screened = window.screen(id, text, identifiers)
      if (screened.findings.length > 0) masked.set(id, screened.text)
      for (const piece of screened.earlier) masked.set(piece.id, piece.text)
    }
    const { owed } = author
    author.window = window
    author.primed = true
    author.owed = false
    // What was screened with all that came before it has been masked already.
    return owed ? [...masked].map(([id, text]) => ({ id, text })) : []
  }

  return {
    text(facts, authorId, eventId, text) {
      const author = authorOf(facts, authorId)
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
        const owed = author.primed ? [] : await prime(author, eventId)
        const screened = screenNow(author, eventId, text, identifiers)
        if (owed === null) return { ...screened, ownKey: true }
        return { ...screened, earlier: [...owed, ...screened.earlier] }
      })
      author.turn = turn
      const done = (): void => {
        if (author.turn === turn) author.turn = null
      }
      turn.then(done, done)
      return turn
    },

    async catchUp() {
      const found: { facts: ConversationFacts; earlier: Screening['earlier'] }[] = []
      for (const author of authors.values()) {
        if (!author.owed) continue
        const turn = (author.turn ?? Promise.resolve()).then(() => (author.primed ? [] : prime(author, null)))
        author.turn = turn
        const earlier = await turn
        if (author.turn === turn) author.turn = null
        if (earlier === null) return found
        if (earlier.length > 0) found.push({ facts: author.facts, earlier })
      }
      return found
    },

    begun(facts, authorId) {
      authorOf(facts, authorId).primed = true
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
