import { useState } from 'react'
import { Link, useSearch } from '@tanstack/react-router'
import {
  intentsMax,
  titleCharactersMax,
  type Definition,
  type Intent,
} from '@candor/virtual-agent/definition.ts'
import { languages } from '@candor/virtual-agent/script.ts'
import { Icon } from '../../design/icons.tsx'
import { matches } from '../../design/picker.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useFaults } from '../draft-context.ts'
import { faultsBelow } from '../draft-store.ts'
import { useReview } from '../review/use-review.ts'
import { NewThing } from '../parts/new-thing.tsx'
import { counted } from '../../design/counted.ts'
import { Badge, Nothing } from '../../design/say.tsx'
import { Share } from '../../design/share.tsx'
import parts from '../../design/parts.module.css'
import { addIntent } from './change-intents.ts'
import { IntentEditor } from './intent-editor.tsx'
import { warningsOf } from './intent-warnings.ts'
import { nameOfIntent } from './intent-names.ts'
import list from '../parts/item-list.module.css'
import css from './intents-section.module.css'

/** Below it an intent is drawn as one to work on. */
export const weakRecall = 0.7

export function IntentsSection() {
  const { item } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const definition = useDefinition()
  const at = definition.intents.findIndex(({ id }) => id === item)
  return at === -1 ? <IntentList /> : <IntentEditor key={item} at={at} intent={definition.intents[at]!} />
}

function IntentList() {
  const definition = useDefinition()
  const mayEdit = useMayEdit()
  const review = useReview()
  const [query, setQuery] = useState('')
  const shown = definition.intents.filter((intent) => found(query, intent))

  return (
    <div className={parts.stack}>
      <div className={css.bar}>
        {definition.intents.length > 0 && (
          <TextField
            label="Find"
            type="search"
            value={query}
            onChange={setQuery}
            placeholder="A title or an example"
          />
        )}
        {mayEdit && (
          <NewThing
            label="New intent"
            example="What visitors want, in a few words"
            charactersMax={titleCharactersMax}
            have={definition.intents.length}
            most={intentsMax}
            add={addIntent}
          />
        )}
      </div>
      {definition.intents.length === 0 ? (
        <Nothing
          act={
            <Link to="/virtual-agent/$section" params={{ section: 'past' }}>
              See what visitors asked
            </Link>
          }
        >
          No intent yet. Name one thing that visitors ask for above, or start from what they really wrote.
        </Nothing>
      ) : (
        <>
          {shown.length === 0 && <Nothing>No title and no example matches “{query}”.</Nothing>}
          {shown.length > 0 && (
            <div>
              <p className={css.legend}>
                <span role="status">
                  {shown.length === definition.intents.length
                    ? counted(shown.length, 'intent')
                    : `${shown.length} of ${counted(definition.intents.length, 'intent')}`}
                </span>
                {review && <span className={css.legendShare}>Examples understood when held back</span>}
              </p>
              <ul className={list.list}>
                {shown.map((intent) => (
                  <IntentRow
                    key={intent.id}
                    intent={intent}
                    definition={definition}
                    recall={review?.perIntent.find((one) => one.intent === intent.id)?.recall}
                  />
                ))}
              </ul>
            </div>
          )}
        </>
      )}
    </div>
  )
}

function IntentRow({
  intent,
  definition,
  recall,
}: {
  intent: Intent
  definition: Definition
  recall: number | undefined
}) {
  const faults = faultsBelow(useFaults(), `intents[${definition.intents.indexOf(intent)}]`)
  const warnings = warningsOf(intent, definition)
  const flow = intent.flow === undefined ? null : definition.flows.find(({ id }) => id === intent.flow)
  const count = languages.reduce((sum, language) => sum + (intent.examples[language]?.length ?? 0), 0)
  return (
    <li className={list.row}>
      <Link
        to="/virtual-agent/$section"
        params={{ section: 'intents' }}
        search={(before) => ({ ...before, item: intent.id })}
        className={list.link ?? ''}
      >
        <span className={list.title} dir="auto">
          {nameOfIntent(definition, intent)}
        </span>
        <span className={css.does}>
          {flow ? (
            <>
              <Icon name="branch" size={16} /> Starts “{flow.title[definition.language] ?? flow.id}”
            </>
          ) : (
            <>
              <Icon name={intent.person ? 'people' : 'bubble'} size={16} />
              <span className={css.answer} dir="auto">
                {intent.answer?.[definition.language] ?? 'No answer yet'}
              </span>
            </>
          )}
        </span>
      </Link>
      <span className={css.facts}>
        <span className={css.note}>
          {faults.length > 0 ? (
            <Badge tone="bad" icon="warning">
              {faults.length} to put right
            </Badge>
          ) : (
            warnings.length > 0 && <Badge tone="warn">{warnings[0]!.short}</Badge>
          )}
        </span>
        <span className={css.count}>{counted(count, 'example')}</span>
        {recall !== undefined && (
          <Share of={recall} label="understood" {...(recall < weakRecall && { tone: 'warm' })} />
        )}
      </span>
    </li>
  )
}

function found(query: string, intent: Intent): boolean {
  if (query.trim() === '') return true
  const texts = [...Object.values(intent.title), intent.id, ...Object.values(intent.examples).flat()]
  return texts.some((text) => matches(query, text))
}
