import { noticeCategories, noticeLanguages, type NoticeCategory } from '@candor/protocol/notices-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { isPlaceholder, placeholders, placeholdersIn } from './placeholders.ts'
import { headings, type Template } from './template.ts'

/** Longer paragraphs are not read on a letter. */
const paragraphCharactersMax = 2_000
const lineCharactersMax = 200
/** Of one section, all jurisdictions together. */
const paragraphsMax = 60
const closingMax = 10
const jurisdictionsMax = 80

/** @throws Refusal `invalid_field` with every fault and its place. */
export function parseTemplate(raw: unknown, path = 'template'): Template {
  const faults: { field: string; message: string }[] = []
  const fault = (field: string, message: string): void => void faults.push({ field, message })

  function text(value: unknown, field: string, charactersMax: number): string {
    if (typeof value !== 'string' || value.trim() === '') fault(field, 'is a text that is not empty')
    else if (value.length > charactersMax) fault(field, `has at most ${charactersMax} characters`)
    else if (/\p{Cc}/u.test(value) || !value.isWellFormed()) fault(field, 'has no control characters')
    else checkPlaceholders(value, field)
    return typeof value === 'string' ? value : ''
  }

  function checkPlaceholders(value: string, field: string): void {
    const names = placeholdersIn(value)
    for (const name of names)
      if (!isPlaceholder(name)) fault(field, `knows no placeholder {{${name}}}`)
      else if (placeholders[name].kind === 'lines' && value.trim() !== `{{${name}}}`)
        fault(field, `has {{${name}}} beside other text: it is a list and stands alone in its paragraph`)
    if (/\{\{|\}\}/.test(value.replaceAll(/\{\{[^{}]*\}\}/g, '')))
      fault(field, 'has a placeholder that is not closed')
  }

  function only(value: Record<string, unknown>, field: string, names: readonly string[]): void {
    for (const name of Object.keys(value))
      if (!names.includes(name)) fault(`${field}.${name}`, 'is not known here')
  }

  function strings(value: unknown, field: string, allowed: (each: string) => boolean, what: string): void {
    if (value === undefined) return
    if (!Array.isArray(value) || value.length === 0 || value.length > jurisdictionsMax)
      fault(field, `is a list of 1 to ${jurisdictionsMax}`)
    else
      value.forEach((each, i) => {
        if (typeof each !== 'string' || !allowed(each)) fault(`${field}[${i}]`, what)
      })
  }

  if (!isRecord(raw)) throw refusal([{ field: path, message: 'is an object' }])
  only(raw, path, ['language', 'title', 'salutation', 'sections', 'closing'])
  if (!noticeLanguages.includes(raw['language'] as never))
    fault(`${path}.language`, `is one of ${noticeLanguages.join(', ')}`)
  text(raw['title'], `${path}.title`, lineCharactersMax)
  text(raw['salutation'], `${path}.salutation`, lineCharactersMax)
  const { sections, closing } = raw
  if (!Array.isArray(sections) || sections.length !== headings.length)
    fault(`${path}.sections`, `are ${headings.length}: ${headings.join(', ')}`)
  else
    sections.forEach((section: unknown, i) => {
      const at = `${path}.sections[${i}]`
      if (!isRecord(section)) return fault(at, 'is an object')
      only(section, at, ['heading', 'paragraphs'])
      if (section['heading'] !== headings[i]) fault(`${at}.heading`, `is ${headings[i]}`)
      const { paragraphs } = section
      if (!Array.isArray(paragraphs) || paragraphs.length === 0 || paragraphs.length > paragraphsMax)
        return fault(`${at}.paragraphs`, `are 1 to ${paragraphsMax}`)
      paragraphs.forEach((paragraph: unknown, j) => {
        const here = `${at}.paragraphs[${j}]`
        if (!isRecord(paragraph)) return fault(here, 'is an object')
        only(paragraph, here, ['text', 'when'])
        text(paragraph['text'], `${here}.text`, paragraphCharactersMax)
        const when = paragraph['when']
        if (when === undefined) return
        if (!isRecord(when)) return fault(`${here}.when`, 'is an object')
        only(when, `${here}.when`, ['jurisdictions', 'notJurisdictions', 'categories'])
        for (const name of ['jurisdictions', 'notJurisdictions'])
          strings(when[name], `${here}.when.${name}`, isJurisdiction, 'is such as US-CA, US, DE or EU')
        strings(
          when['categories'],
          `${here}.when.categories`,
          (each) => noticeCategories.includes(each as NoticeCategory),
          `is one of ${noticeCategories.join(', ')}`,
        )
      })
    })
  if (!Array.isArray(closing) || closing.length > closingMax)
    fault(`${path}.closing`, `is a list of at most ${closingMax} lines`)
  else closing.forEach((line: unknown, i) => text(line, `${path}.closing[${i}]`, lineCharactersMax))
  if (faults.length > 0) throw refusal(faults)
  return raw as unknown as Template
}

/** ISO 3166-1 or 3166-2. */
export const isJurisdiction = (value: string): boolean => /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(value)

function refusal(faults: { field: string; message: string }[]): Refusal {
  const [first] = faults
  return new Refusal('invalid_field', `The field ${first!.field} ${first!.message}.`, {
    field: first!.field,
    faults: faults.slice(0, 100),
  })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
