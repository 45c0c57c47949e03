import type { NoticeCategory, NoticeLanguage } from '@candor/protocol/notices-api.ts'

/** California's five, which serve every other jurisdiction as well (Civil Code § 1798.82(d)(1)). */
export const headings = [
  'what-happened',
  'what-information',
  'what-we-are-doing',
  'what-you-can-do',
  'more-information',
] as const
export type Heading = (typeof headings)[number]

/** A notice before it is anybody's: plain data, which a tenant may change. */
export interface Template {
  language: NoticeLanguage
  title: string
  salutation: string
  /** One for each heading, in order. */
  sections: TemplateSection[]
  closing: string[]
}

export interface TemplateSection {
  heading: Heading
  paragraphs: TemplateParagraph[]
}

export interface TemplateParagraph {
  text: string
  /** Left out: in every notice. All that is named must hold. */
  when?: {
    /** `US` stands for all states, `EU` for all of the union. */
    jurisdictions?: string[]
    notJurisdictions?: string[]
    /** Any of them is concerned. */
    categories?: NoticeCategory[]
  }
}
