import assert from 'node:assert/strict'
import {
  formatNote,
  noteCharsMax,
  parseNote,
  signersOf,
  type NoteSigner,
  type NoteVerifier,
} from '@candor/ledger/signed-note.ts'
import { statementOf } from './render-site.ts'
import type { ResponseSite, SiteLanguage } from './response-site.ts'

/**
 * The words of a site as signed notes (c2sp.org/signed-note), one of each language: whoever has the key's public line can
 * tell our text from a copy that says something else, with `candor verify --statement` or any tool that knows the format.
 */
export function signStatements(
  site: ResponseSite,
  signer: NoteSigner,
): Partial<Record<SiteLanguage, string>> {
  const signed: Partial<Record<SiteLanguage, string>> = {}
  for (const language of site.languages) {
    const text = statementOf(site, language)
    const note = formatNote(text, [signer.sign(text, 0)])
    // parseResponseSite bounds each part; all at their bounds at once are more than a note may have.
    assert.ok(note.length <= noteCharsMax, 'the words of a site fit into a note')
    signed[language] = note
  }
  return signed
}

/** @returns the words, or null where this key did not sign them. */
export function signedWords(note: string, verifier: NoteVerifier): string | null {
  const parsed = parseNote(note)
  if (parsed === null) return null
  const found = signersOf(parsed, [verifier])
  return found.kind === 'signers' && found.signers.length > 0 ? parsed.text : null
}
