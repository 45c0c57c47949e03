import type { Language } from '../script.ts'
import type { SlotType, SlotValue } from './slot-type.ts'

/** A value as the language writes it. Choices need their type for the title. */
export function formatSlot(value: SlotValue, language: Language, type?: SlotType): string {
  switch (value.kind) {
    case 'date':
      return formatDay(value.date, language)
    case 'dateRange':
      return value.from === value.to
        ? formatDay(value.from, language)
        : `${formatDay(value.from, language)} – ${formatDay(value.to, language)}`
    case 'time':
      return new Intl.DateTimeFormat(locales[language], {
        hour: 'numeric',
        minute: '2-digit',
        timeZone: 'UTC',
      }).format(new Date(`1970-01-01T${value.time}:00Z`))
    case 'money':
      return new Intl.NumberFormat(locales[language], { style: 'currency', currency: value.currency }).format(
        value.amount,
      )
    case 'quantity':
      return new Intl.NumberFormat(locales[language], { maximumFractionDigits: 3 }).format(value.number)
    case 'code':
      return value.code
    case 'email':
      return value.email
    case 'phone':
      return value.phone
    case 'choice': {
      const choice = type?.kind === 'choice' ? type.choices.find(({ id }) => id === value.choice) : undefined
      return (
        choice?.title[language] ?? choice?.title.en ?? Object.values(choice?.title ?? {})[0] ?? value.choice
      )
    }
    case 'yesNo':
      return yesNoWords[language][value.yes ? 0 : 1]
    case 'text':
      return value.text
  }
}

export const yesNoWords: Record<Language, [yes: string, no: string]> = {
  en: ['Yes', 'No'],
  es: ['Sí', 'No'],
  de: ['Ja', 'Nein'],
  ar: ['نعم', 'لا'],
}

/** "en" alone is American to Intl; the day before the month is understood everywhere when the month is a word. */
const locales: Record<Language, string> = { en: 'en-GB', es: 'es-ES', de: 'de-DE', ar: 'ar-EG' }

function formatDay(date: string, language: Language): string {
  return new Intl.DateTimeFormat(locales[language], { dateStyle: 'full', timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  )
}
