/** Nothing was ever written: one choice, and one can begin. */
import { useState, type FormEvent } from 'react'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { Button } from '../design/controls.tsx'
import { Page } from '../design/page.tsx'
import { Select } from '../design/select.tsx'
import { TextField } from '../design/text-field.tsx'
import { useDesk } from '../live/desk-context.ts'
import { useDraft } from './draft-context.ts'
import { languageNames } from './languages.ts'
import css from './start-page.module.css'

export function StartPage({ mayBegin }: { mayBegin: boolean }) {
  const draft = useDraft()
  const { me } = useDesk()
  const [name, setName] = useState(`${me.tenant.name} Assistant`)
  const [language, setLanguage] = useState<Language>('en')
  const begin = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') draft.begin(newDefinition(name.trim(), language))
  }
  return (
    <Page
      title="Virtual agent"
      lead="It answers what you have written answers for, settles what you have drawn a flow for, and calls a person for everything else. It never makes up a sentence."
    >
      {mayBegin ? (
        <form className={css.form} onSubmit={begin}>
          <TextField label="Name it speaks under" value={name} onChange={setName} isRequired maxLength={60} />
          <Select
            label="Language you write in first"
            value={language}
            onChange={setLanguage}
            choices={languages.map((id) => ({ id, name: languageNames[id] }))}
          />
          <p className={css.hint}>
            The greeting and all other phrases are there already, in four languages, for you to change.
            Nothing is published before a second person has approved it.
          </p>
          <div>
            <Button type="submit" tone="main">
              Begin
            </Button>
          </div>
        </form>
      ) : (
        <p className={css.hint}>There is none yet. A supervisor or an administrator can begin one here.</p>
      )}
    </Page>
  )
}
