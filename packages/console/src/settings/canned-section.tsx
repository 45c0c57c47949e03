import { useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { CannedReply } from '@candor/protocol/api.ts'
import { Button } from '../design/controls.tsx'
import { TextField } from '../design/text-field.tsx'
import { Section } from '../design/page.tsx'
import { api } from '../live/api-client.ts'
import { AddForm, ItemList, valueOf, type Faults } from './list-form.tsx'
import css from './settings-parts.module.css'

export function CannedSection() {
  const [editing, setEditing] = useState<string | null>(null)
  return (
    <>
      <Section title="Canned replies">
        <ItemList<CannedReply>
          name="canned-replies"
          nothing="None yet. Write the answer your agents type most."
          onRemove={(reply) => `Remove “${reply.title}” for everybody?`}
          render={(reply) =>
            editing === reply.id ? (
              <Edit reply={reply} onDone={() => setEditing(null)} />
            ) : (
              <div className={css.row}>
                <div>
                  <p className={css.name}>
                    {reply.title} <span className={`${css.mono} ${css.soft}`}>/{reply.shortcut}</span>
                  </p>
                  <p className={css.text}>{reply.text}</p>
                </div>
                <span className={css.end}>
                  <Button tone="quiet" icon="edit" onPress={() => setEditing(reply.id)}>
                    Edit
                  </Button>
                </span>
              </div>
            )
          }
        />
      </Section>
      <Section title="Write a canned reply">
        <AddForm<CannedReply> name="canned-replies" submit="Add the reply" read={readReply}>
          {(faults) => <ReplyFields faults={faults} />}
        </AddForm>
      </Section>
    </>
  )
}

function ReplyFields({ reply, faults }: { reply?: CannedReply; faults: Faults }) {
  return (
    <>
      <div className={css.pair}>
        <TextField
          label="Title"
          name="title"
          isRequired
          defaultValue={reply?.title ?? ''}
          error={faults['title']}
        />
        <TextField
          label="Shortcut"
          name="shortcut"
          isRequired
          defaultValue={reply?.shortcut ?? ''}
          hint="One word, typed after /"
          error={faults['shortcut']}
        />
      </div>
      <TextField
        label="Text"
        name="text"
        multiline
        isRequired
        defaultValue={reply?.text ?? ''}
        error={faults['text']}
      />
    </>
  )
}

function Edit({ reply, onDone }: { reply: CannedReply; onDone(): void }) {
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (body: object) => api.put(`/canned-replies/${reply.id}`, body),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ['canned-replies'] })
      onDone()
    },
  })
  return (
    <form
      className={css.form}
      // A field that is marked wrong keeps the browser from sending the form again.
      onInput={() => save.error && save.reset()}
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault()
        save.mutate(readReply(new FormData(event.currentTarget)))
      }}
    >
      <ReplyFields reply={reply} faults={save.error ? { text: save.error.message } : {}} />
      <div className={css.row}>
        <Button type="submit" tone="main">
          Save
        </Button>
        <Button tone="quiet" onPress={onDone}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

function readReply(form: FormData): Omit<CannedReply, 'id'> {
  return {
    title: valueOf(form, 'title'),
    shortcut: valueOf(form, 'shortcut').replace(/^\//, ''),
    text: valueOf(form, 'text'),
  }
}
