/** Notices to the persons whom an incident affects: what the API takes and answers. docs/notices.md explains it. */
import { dataCategories, type DataCategory } from './incidents-api.ts'
import type { By } from './virtual-agent-api.ts'

export const noticeLanguages = ['en', 'es'] as const
export type NoticeLanguage = (typeof noticeLanguages)[number]

/** What of a person was concerned. */
export const noticeCategories = dataCategories
export type NoticeCategory = DataCategory

/** Somebody to be told. */
export interface AffectedPerson {
  id: string
  name: string
  email: string | null
  /** The lines of the envelope below the name, at most six. */
  address: string[] | null
  language: NoticeLanguage
  /** ISO 3166: `US-CA`, `DE`, `GB`. */
  jurisdiction: string
  categories: NoticeCategory[]
  firstAt: string
  lastAt: string
}

/** What the tenant says of itself and of the incident; nothing of it is guessed. */
export interface NoticeFacts {
  company: {
    name: string
    postal: string[]
    phone: string
    email: string
    web: string | null
    /** Name and address of the data protection officer; without one, questions go to `email`. */
    dataProtectionOfficer: string | null
  }
  incident: {
    /** Dates, `2026-09-26`; `to` is the last day on which data was exposed. */
    from: string
    to: string
    estimated: boolean
    discovered: string | null
    /** Where the law asks for it (Rhode Island), and nowhere else. */
    personsAffected: number | null
    delayedByLawEnforcement: boolean
  }
  /** In each language in which somebody is written to. */
  words: Partial<Record<NoticeLanguage, NoticeWords>>
  protection: { provider: string; months: number; enrolAt: string; enrolUntil: string } | null
}

export interface NoticeWords {
  whatHappened: string
  measures: string
  consequences: string | null
  advice: string | null
}

/** A fault of a template against a jurisdiction, with the place and what to add or to take out. */
export interface NoticeFault {
  jurisdiction: string
  language: NoticeLanguage
  /** A section of the template, or a field of the facts. */
  place: string
  element: string
  message: string
  /** Of the rule behind it. */
  citation: string
  /** Whether the text of the law was read; counsel confirms in any case. */
  verified: boolean
}

export type MailingState = 'draft' | 'proposed' | 'approved' | 'sending' | 'paused' | 'done'

export interface MailingProgress {
  persons: number
  /** Not tried yet, or to be tried again. */
  waiting: number
  /** Handed to a connection right now. */
  inFlight: number
  /** Handed over and never answered: it is waited for what the mail server reports. */
  inDoubt: number
  sent: number
  /** Sent a second time under the same Message-ID because nothing told that it had arrived. */
  sentAgain: number
  /** Refused, or returned later. */
  bounced: number
  /** To be told by letter: without e-mail address, or bounced, with a postal address. */
  letters: number
  lettersPrinted: number
  /** Neither mail nor letter reaches them. */
  unreachable: number
  /** Of the last minute. */
  mailsPerMinute: number
  /** When the last one is sent at this pace; null while nothing is sent. */
  doneAt: string | null
}

export interface Mailing {
  id: string
  incident: string
  /** Counts up within a tenant. */
  number: number
  title: string
  state: MailingState
  /** Why the program paused it itself. */
  pausedBecause: string | null
  proposedBy: By | null
  approvedBy: By | null
  createdBy: By
  createdAt: string
  progress: MailingProgress
}

export interface MailingDetail extends Mailing {
  facts: NoticeFacts
  faults: NoticeFault[]
  groups: { jurisdiction: string; language: NoticeLanguage; persons: number }[]
  letterBatches: { batch: number; letters: number; printed: number }[]
}

export interface NoticePreview {
  jurisdiction: string
  language: NoticeLanguage
  subject: string
  text: string
  html: string
  faults: NoticeFault[]
}

/** That a notice was sent: enough to show it to a regulator, and to prove it by the root in the access log. */
export interface NoticeReceipt {
  person: string
  messageId: string
  /** SHA-256 of the message as it was handed over, hexadecimal. */
  hash: string
  sentAt: string
  response: string
  /** RFC 6962: position in its batch, the hashes up to the root, and the root; null until the batch is closed. */
  proof: { index: number; size: number; path: string[]; root: string; entry: number | null } | null
}
