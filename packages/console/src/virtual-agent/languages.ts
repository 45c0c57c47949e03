import type { Language } from '@candor/virtual-agent/script.ts'

export const languageNames: Record<Language, string> = {
  en: 'English',
  es: 'Español',
  de: 'Deutsch',
  ar: 'العربية',
}
