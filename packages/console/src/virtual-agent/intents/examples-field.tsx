/** How people ask, one example a line: pasted, corrected, taken out, and told apart from those of other intents. */
import { useMemo, useState, type ClipboardEvent, type FormEvent } from 'react'
import { exampleCharactersMax, examplesMax, type Intent } from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft, useFaults } from '../draft-context.ts'
import { faultAt } from '../draft-store.ts'
import { useWritingLanguage } from '../parts/writing-language.tsx'
import { addExamples, asWords, exampleOwners, setExamples } from './change-intents.ts'
import { nameOfIntentId } from './intent-names.ts'
import css from './examples-field.module.css'

export function ExamplesField({ intent, field }: { intent: Intent; field: string }) {
  const definition = useDefinition()
  const draft = useDraft()
  const faults = useFaults()
  const mayEdit = useMayEdit()
  const language = useWritingLanguage()
  const [typed, setTyped] = useState('')
  const [said, setSaid] = useState('')
  const texts = intent.examples[language] ?? []
  const owners = useMemo(() => exampleOwners(definition), [definition])

  const add = (lines: readonly string[]): void => {
    const result = addExamples(definition, intent.id, language, lines)
    draft.change(() => result.definition)
    setTyped('')
    setSaid(
      [
        result.added > 0 && `${result.added} added.`,
        result.known > 0 &&
          (result.known === 1 ? 'One was there already.' : `${result.known} were there already.`),
        result.left > 0 &&
          `${result.left} left out: an example has at most ${exampleCharactersMax} characters, an intent ${examplesMax} of them.`,
      ]
        .filter(Boolean)
        .join(' '),
    )
  }
  const replace = (at: number, text: string | null): void =>
    draft.change((before) =>
      setExamples(
        before,
        intent.id,
        language,
        text === null ? texts.filter((_, i) => i !== at) : texts.map((one, i) => (i === at ? text : one)),
      ),
    )
  const whole = faultAt(faults, field) ?? faultAt(faults, `${field}.${language}`)
  return (
    <section className={css.examples} aria-label="Examples">
      <div className={css.head}>
        <h3 className={css.title}>Examples</h3>
        <span className={css.count}>{texts.length}</span>
      </div>
      {whole !== undefined && (
        <p className={css.fault} role="alert">
          {whole}
        </p>
      )}
      {mayEdit && (
        <form
          className={css.add}
          onSubmit={(event: FormEvent) => {
            event.preventDefault()
            if (typed.trim() !== '') add([typed])
          }}
        >
          <input
            className={css.input}
            aria-label="New example"
            placeholder="Write how somebody asks, or paste many lines"
            value={typed}
            lang={language}
            dir="auto"
            maxLength={exampleCharactersMax}
            onChange={(event) => {
              setTyped(event.target.value)
              setSaid('')
            }}
            onPaste={(event: ClipboardEvent) => {
              const lines = event.clipboardData.getData('text').split(/\r?\n/)
              if (lines.filter((line) => line.trim() !== '').length < 2) return
              event.preventDefault()
              add(lines)
            }}
          />
          <Button type="submit" isDisabled={typed.trim() === ''}>
            Add
          </Button>
        </form>
      )}
      <p className={css.said} role="status">
        {said}
      </p>
      {texts.length === 0 ? (
        <p className={css.nothing}>None in this language yet.</p>
      ) : (
        <ul className={css.list}>
          {texts.map((text, i) => {
            const others = (owners.get(asWords(text)) ?? []).filter((id) => id !== intent.id)
            return (
              <Example
                // Removing one keeps the focus and what is typed in the others.
                key={`${i} of ${texts.length}`}
                text={text}
                language={language}
                fault={faultAt(faults, `${field}.${language}[${i}]`)}
                clash={others.length === 0 ? undefined : nameOfIntentId(definition, others[0]!)}
                mayEdit={mayEdit}
                at={i}
                replace={replace}
              />
            )
          })}
        </ul>
      )}
    </section>
  )
}

function Example({
  text,
  at,
  language,
  fault,
  clash,
  mayEdit,
  replace,
}: {
  text: string
  at: number
  language: string
  fault: string | undefined
  clash: string | undefined
  mayEdit: boolean
  replace(at: number, text: string | null): void
}) {
  const [value, setValue] = useState(text)
  const [shown, setShown] = useState(text)
  if (shown !== text) {
    setShown(text)
    setValue(text)
  }
  const keep = (): void => {
    const next = value.trim()
    if (next === text) setValue(text)
    else replace(at, next === '' ? null : next)
  }
  return (
    <li className={css.item}>
      <input
        className={css.text}
        aria-label={`Example ${at + 1}`}
        value={value}
        lang={language}
        dir="auto"
        readOnly={!mayEdit}
        maxLength={exampleCharactersMax}
        aria-invalid={fault !== undefined || clash !== undefined || undefined}
        onChange={(event) => setValue(event.target.value)}
        onBlur={keep}
        onKeyDown={(event) => event.key === 'Enter' && keep()}
      />
      {mayEdit && (
        <button
          type="button"
          className={css.remove}
          aria-label={`Remove example ${at + 1}`}
          onClick={() => replace(at, null)}
        >
          <Icon name="close" size={16} />
        </button>
      )}
      {(fault ?? clash) !== undefined && (
        <p className={css.clash}>
          <Icon name="warning" size={14} /> {fault ?? `Also an example of “${clash}”: it teaches neither.`}
        </p>
      )}
    </li>
  )
}
