import type { NoticeLanguage } from '@candor/protocol/notices-api.ts'
import type { Template, TemplateParagraph } from './template.ts'

/** What a mailing starts from. Blocks of a jurisdiction are paragraphs that are in its notices only. */
export const standardTemplates: Readonly<Record<NoticeLanguage, Template>> = {
  en: {
    language: 'en',
    title: 'Notice of Data Breach',
    salutation: 'Dear {{person.name}},',
    sections: [
      {
        heading: 'what-happened',
        paragraphs: [
          {
            text: 'We are writing because information about you was exposed to somebody who had no right to it.',
          },
          { text: '{{incident.whatHappened}}', when: { notJurisdictions: ['US-MA'] } },
          { text: 'It happened {{incident.dates}}. {{incident.discovered}}' },
          { text: '{{incident.affected}}', when: { jurisdictions: ['US-RI'] } },
          { text: '{{incident.delay}}' },
        ],
      },
      {
        heading: 'what-information',
        paragraphs: [
          { text: 'Of the information that we hold about you, this was concerned:' },
          { text: '{{person.categories}}' },
          { text: 'Your information was within reach {{person.window}}.' },
        ],
      },
      {
        heading: 'what-we-are-doing',
        paragraphs: [
          { text: '{{incident.measures}}' },
          { text: '{{incident.consequences}}' },
          { text: '{{protection.offer}}' },
        ],
      },
      {
        heading: 'what-you-can-do',
        paragraphs: [
          { text: '{{incident.advice}}' },
          { text: '{{advice.reviewAccounts}}' },
          { text: '{{advice.changePassword}}', when: { categories: ['credentials'] } },
          ...unitedStates('{{advice.fraudAlertsAndFreezes}}', 'The consumer reporting agencies are:'),
          { text: '{{advice.policeReport}}', when: { jurisdictions: ['US-MA', 'US-RI'] } },
        ],
      },
      {
        heading: 'more-information',
        paragraphs: [
          {
            text: 'Call {{company.phone}}, write to {{company.email}}, or to {{company.name}}, {{company.postal}}.',
          },
          { text: '{{company.web}}' },
          { text: '{{company.dataProtection}}', when: { jurisdictions: ['EU', 'GB'] } },
          ...agencies(
            'About identity theft, and how to prevent it, these public offices inform you as well:',
          ),
        ],
      },
    ],
    closing: ['{{company.name}}', '{{notice.date}}'],
  },
  es: {
    language: 'es',
    title: 'Aviso de filtración de datos',
    salutation: 'Estimado/a {{person.name}}:',
    sections: [
      {
        heading: 'what-happened',
        paragraphs: [
          {
            text: 'Le escribimos porque información sobre usted quedó expuesta a quien no tenía derecho a ella.',
          },
          { text: '{{incident.whatHappened}}', when: { notJurisdictions: ['US-MA'] } },
          { text: 'Ocurrió {{incident.dates}}. {{incident.discovered}}' },
          { text: '{{incident.affected}}', when: { jurisdictions: ['US-RI'] } },
          { text: '{{incident.delay}}' },
        ],
      },
      {
        heading: 'what-information',
        paragraphs: [
          { text: 'De la información que tenemos sobre usted, esta quedó afectada:' },
          { text: '{{person.categories}}' },
          { text: 'Su información estuvo al alcance {{person.window}}.' },
        ],
      },
      {
        heading: 'what-we-are-doing',
        paragraphs: [
          { text: '{{incident.measures}}' },
          { text: '{{incident.consequences}}' },
          { text: '{{protection.offer}}' },
        ],
      },
      {
        heading: 'what-you-can-do',
        paragraphs: [
          { text: '{{incident.advice}}' },
          { text: '{{advice.reviewAccounts}}' },
          { text: '{{advice.changePassword}}', when: { categories: ['credentials'] } },
          ...unitedStates('{{advice.fraudAlertsAndFreezes}}', 'Las agencias de informes de crédito son:'),
          { text: '{{advice.policeReport}}', when: { jurisdictions: ['US-MA', 'US-RI'] } },
        ],
      },
      {
        heading: 'more-information',
        paragraphs: [
          {
            text: 'Llame al {{company.phone}}, escriba a {{company.email}} o a {{company.name}}, {{company.postal}}.',
          },
          { text: '{{company.web}}' },
          { text: '{{company.dataProtection}}', when: { jurisdictions: ['EU', 'GB'] } },
          ...agencies(
            'Sobre el robo de identidad y cómo prevenirlo le informan también estas oficinas públicas:',
          ),
        ],
      },
    ],
    closing: ['{{company.name}}', '{{notice.date}}'],
  },
}

function unitedStates(...texts: string[]): TemplateParagraph[] {
  return [...texts, '{{contacts.consumerAgencies}}'].map((text) => ({
    text,
    when: { jurisdictions: ['US'] },
  }))
}

function agencies(introduction: string): TemplateParagraph[] {
  return [introduction, '{{contacts.ftc}}', '{{contacts.attorneyGeneral}}'].map((text) => ({
    text,
    when: { jurisdictions: ['US'] },
  }))
}
