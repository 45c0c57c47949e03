/**
 * The tour's pane "Who read it": the entries of the conversation that is on the tour, checked in the browser against the
 * log's public files. The tour page says which conversation by `data-conversation` on the pane, and that something
 * happened by `data-news`.
 */
import type { AccessEntry } from '@candor/protocol/api.ts'
import { httpStorage } from '@candor/ledger/http-storage.ts'
import { checkBundle, keysOf, readBundle } from '../access/check-bundle.ts'
import { messagesRead, nameOfActor, roleOfActor, whatHappened } from '../access/entry-words.ts'
import { flipByte } from '../access/flip-byte.ts'
import { pinLog } from '../access/pinned-log.ts'
import { checkAgainstLog } from './check-against-log.ts'

interface Answer {
  entries: AccessEntry[]
  bundle: string
}

/** What happens in a burst is asked for once. */
const newsDelayMs = 300
/** A checkpoint comes every two seconds under load; a pane that is looked at is this old at most. */
const againMs = 4_000

const pane = find('#access', HTMLElement)
const list = find('[data-entries]', HTMLOListElement)
const verdict = find('[data-verdict]', HTMLElement)
const empty = find('[data-no-entries]', HTMLElement)
const flip = find('[data-flip]', HTMLButtonElement)
const why = find('[data-why]', HTMLElement)
const log = httpStorage(new URL('/log/', location.href).href)

let answer: Answer | null = null
let asked: string | null = null
let isFlipped = false
/** Counts looks, so that a slow one does not overwrite a newer one. */
let looks = 0
let timer: ReturnType<typeof setTimeout> | undefined

new MutationObserver(() => soon(newsDelayMs)).observe(pane, {
  attributeFilter: ['data-conversation', 'data-news'],
})
document.addEventListener('visibilitychange', () => soon(0))
flip.addEventListener('click', () => {
  isFlipped = !isFlipped
  void show()
})
soon(0)

function soon(ms: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void look(), ms)
}

async function look(): Promise<void> {
  const { conversation } = pane.dataset
  if (conversation !== undefined && document.visibilityState === 'visible') {
    if (conversation !== asked) isFlipped = false
    asked = conversation
    try {
      const response = await fetch(`/tour/access?conversation=${encodeURIComponent(conversation)}`)
      if (response.ok) answer = (await response.json()) as Answer
      else if (answer === null) tell('', 'No proofs right now')
      if (response.ok) await show()
    } catch (fault) {
      // The server is away: what is shown stays, and is asked for again.
      if (!(fault instanceof TypeError)) throw fault
    }
  }
  soon(againMs)
}

async function show(): Promise<void> {
  const mine = ++looks
  const whole = answer && readBundle(answer.bundle)
  if (!answer || !whole) return
  const pin = pinLog('tour', keysOf(whole), new Date().toISOString())
  const flipped = isFlipped ? flipByte(whole, 'entry') : null
  const text = flipped?.text ?? answer.bundle
  const { verdicts, broken, holding, waiting } = checkBundle(text, pin.pinned, answer.entries)
  const against = await checkAgainstLog(readBundle(text) ?? whole, pin.pinned, log)
  if (mine !== looks) return

  const wrong = broken ?? (against.kind === 'broken' ? against : null)
  flip.hidden = answer.entries.length === 0
  flip.textContent = isFlipped ? 'Put it back' : 'Change one byte'
  const reason = wrong && (wrong.index === null ? sentence(wrong.why) : wrong.why)
  const turned =
    flipped &&
    `Byte ${flipped.flip.byte} of entry #${flipped.flip.index} is ${hex(flipped.flip.after)} instead of ${hex(flipped.flip.before)}, in this browser’s memory`
  say(why, turned ? `${turned}${reason ? `: ${reason}` : ''}.` : reason ? `${sentence(reason)}.` : '')

  if (pin.kind === 'changed') tell('is-bad', 'The log’s key has changed')
  else if (wrong) tell('is-bad', wrong.index === null ? 'Does not hold' : `#${wrong.index} does not hold`)
  else if (holding === 0) tell('', 'Waiting for a checkpoint')
  else
    tell(
      'is-good',
      `${holding === 1 ? 'The entry is' : `All ${holding} are`} in the log${waiting > 0 ? `, ${waiting} on the way` : ''}`,
    )
  empty.hidden = answer.entries.length > 0
  list.replaceChildren(
    ...answer.entries.map((entry) =>
      itemOf(entry, wrong?.index === entry.index ? 'broken' : (verdicts.get(entry.index)?.kind ?? 'waiting')),
    ),
  )
}

function tell(tone: '' | 'is-good' | 'is-bad', text: string): void {
  say(verdict, text)
  verdict.classList.toggle('is-good', tone === 'is-good')
  verdict.classList.toggle('is-bad', tone === 'is-bad')
}

/** A status that says the same again would be read out again. */
function say(status: HTMLElement, text: string): void {
  if (status.textContent !== text) status.textContent = text
}

const marks = { holds: '✓', broken: '✕', waiting: '…' }
const markNames = { holds: 'in the log', broken: 'does not hold', waiting: 'waits for its checkpoint' }

function itemOf(entry: AccessEntry, kind: keyof typeof marks): HTMLLIElement {
  const item = document.createElement('li')
  item.className = `is-${kind}`
  const mark = part('span', 'mark', marks[kind])
  mark.setAttribute('role', 'img')
  mark.setAttribute('aria-label', markNames[kind])
  const about = document.createElement('div')
  // Who the visitor is stays with the desk.
  const name = entry.actor?.kind === 'visitor' ? 'The visitor' : nameOfActor(entry.actor)
  const role = entry.actor?.kind === 'visitor' ? null : roleOfActor(entry.actor)
  const reads = ['open', 'join', 'denial'].includes(entry.type)
  about.append(
    part('p', 'what', reads ? `${name} ${whatHappened(entry)}` : whatHappened(entry)),
    part(
      'p',
      'how',
      [
        role,
        messagesRead(entry)?.toLowerCase(),
        entry.signed && 'signed in their browser',
        entry.offAssignment && 'off assignment',
      ]
        .filter(Boolean)
        .join(' · '),
    ),
  )
  const when = part('p', 'when', ` · entry #${entry.index}`)
  const time = document.createElement('time')
  time.dateTime = entry.at
  time.textContent = new Date(entry.at).toLocaleTimeString([], { timeStyle: 'medium' })
  when.prepend(time)
  about.append(when)
  item.append(mark, about)
  return item
}

function part(tag: 'p' | 'span', className: string, text: string): HTMLElement {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}

function find<E extends Element>(selector: string, type: new () => E): E {
  const found = document.querySelector(selector)
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`)
  return found
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
const sentence = (why: string): string => `${why.charAt(0).toUpperCase()}${why.slice(1)}`
