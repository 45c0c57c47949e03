import { useMemo } from 'react'
import {
  answerCharactersMax,
  titleCharactersMax,
  type Definition,
  type Phrases,
} from '@candor/virtual-agent/definition.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { Section } from '../../design/page.tsx'
import { useDefinition, useDraft } from '../draft-context.ts'
import { LocalisedField } from '../parts/localised-field.tsx'
import { LanguageChoice } from '../parts/writing-language.tsx'
import parts from '../../design/parts.module.css'
import { phraseNames } from './phrase-names.ts'
import css from './phrases-section.module.css'

interface PhraseGroup {
  title: string
  lead: string
  phrases: readonly { name: keyof Phrases; hint?: string; short?: true }[]
}

const groups: readonly PhraseGroup[] = [
  {
    title: 'Coming and going',
    lead: 'The first words, and the last ones.',
    phrases: [
      { name: 'greeting' },
      { name: 'welcome', hint: 'After thanks or a good-bye.' },
      { name: 'back', hint: 'When a person hands the conversation back.' },
    ],
  },
  {
    title: 'A person',
    lead: 'Offered with everything it says, and called when it does not know.',
    phrases: [
      { name: 'personOption', hint: 'A quick reply: short.', short: true },
      { name: 'handOver' },
      { name: 'nobodyHere', hint: 'With it goes a field for the e-mail address.' },
      { name: 'emailLabel', short: true },
      { name: 'formThanks' },
    ],
  },
  {
    title: 'Not sure',
    lead: 'It asks once. After the second time a person comes.',
    phrases: [
      { name: 'notUnderstood' },
      { name: 'whichOne', hint: 'Two or three things are the quick replies below it.' },
    ],
  },
  {
    title: 'Did it help?',
    lead: 'Below an answer. A yes counts as self-service, and nothing else does.',
    phrases: [
      { name: 'helpedYes', short: true },
      { name: 'helpedNo', short: true },
      { name: 'helpedThanks' },
      { name: 'notHelped' },
    ],
  },
  {
    title: 'In a flow',
    lead: 'While something is settled step by step.',
    phrases: [
      { name: 'confirmYes', short: true },
      { name: 'confirmNo', short: true },
      { name: 'notRead', hint: 'The question follows.' },
      { name: 'notConfirmed', hint: 'The question follows.' },
      { name: 'cancelled', hint: '{title} is that of the flow.' },
      { name: 'stopped', hint: '{title} is that of the flow.' },
      { name: 'backTo', hint: '{title} is that of the flow. Its own question follows.' },
      { name: 'waiting' },
      { name: 'toolFailed', hint: 'A person goes on.' },
    ],
  },
  {
    title: 'Care',
    lead: 'A person comes at once; these words are read before. They give no advice.',
    phrases: [{ name: 'crisis' }, { name: 'emergency' }, { name: 'cardRemoved' }],
  },
]

export function PhrasesSection() {
  const definition = useDefinition()
  const draft = useDraft()
  const missing = useMemo(() => missingPhrases(definition), [definition])
  return (
    <>
      <div className={css.language}>
        <LanguageChoice missing={missing} />
      </div>
      {groups.map((group) => (
        <Section key={group.title} title={group.title} lead={group.lead}>
          <div className={parts.stack}>
            {group.phrases.map(({ name, hint, short }) => (
              <LocalisedField
                key={name}
                label={phraseNames[name]}
                value={definition.phrases[name]}
                onChange={(text) =>
                  draft.change((before) => ({ ...before, phrases: { ...before.phrases, [name]: text } }))
                }
                field={`phrases.${name}`}
                hint={hint}
                charactersMax={short ? titleCharactersMax : answerCharactersMax}
                {...(!short && { multiline: true, rows: 2 })}
              />
            ))}
          </div>
        </Section>
      ))}
    </>
  )
}

/** Languages that some phrases speak and others do not. */
function missingPhrases({ phrases, language: own }: Definition): Set<Language> {
  const texts = Object.values(phrases)
  return new Set(
    languages.filter(
      (language) =>
        language !== own &&
        texts.some((text) => text[language] !== undefined) &&
        texts.some((text) => text[language] === undefined),
    ),
  )
}
