/** A file becomes an article. It is read by the server; only its text is kept. */
import { useId, useState, type FormEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { useDefinition } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import { Problem } from '../../design/say.tsx'
import dialogs from '../dialogs.module.css'
import { fileFormat, toBase64 } from './import-file.ts'
import css from './import-dialog.module.css'

export function ImportDialog({ onClose }: { onClose(): void }) {
  const definition = useDefinition()
  const client = useQueryClient()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const field = useId()
  const hint = useId()
  const [file, setFile] = useState<File | null>(null)
  const [title, setTitle] = useState('')
  const [language, setLanguage] = useState<Language>(definition.language)
  const format = file && fileFormat(file.name)
  const bring = useMutation({
    mutationFn: async (chosen: File) => {
      const known = fileFormat(chosen.name)!
      return api.post<ArticleSummary>('/virtual-agent/articles/import', {
        format: known,
        language,
        ...(title.trim() !== '' && { title: title.trim() }),
        content: known === 'pdf' ? toBase64(await chosen.arrayBuffer()) : await chosen.text(),
      })
    },
    async onSuccess({ id }) {
      await client.invalidateQueries({ queryKey: ['virtual-agent'] })
      onClose()
      await navigate({ search: (before) => ({ ...before, item: id }) })
    },
  })
  return (
    <Dialog title="Import a file" onClose={onClose}>
      <form
        className={dialogs.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (file && format) bring.mutate(file)
        }}
      >
        <div className={css.file}>
          <label className={css.label} htmlFor={field}>
            File
          </label>
          <input
            id={field}
            aria-describedby={hint}
            type="file"
            accept=".md,.markdown,.txt,.html,.htm,.pdf"
            className={css.input}
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null)
              bring.reset()
            }}
          />
          <span id={hint} className={dialogs.soft}>
            Markdown, HTML or PDF. Pictures and scripts are left out.
          </span>
        </div>
        {file && !format && <Problem>Only .md, .txt, .html and .pdf files can be read.</Problem>}
        <TextField
          label="Title"
          value={title}
          onChange={setTitle}
          hint="Empty: the first heading, else the name of the file."
        />
        <Select
          label="Language"
          value={language}
          choices={languages.map((id) => ({ id, name: languageNames[id] }))}
          onChange={setLanguage}
        />
        {bring.error && <Problem>{bring.error.message}</Problem>}
        <div className={dialogs.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone="main" isDisabled={!file || !format || bring.isPending}>
            {bring.isPending ? 'Reading it…' : 'Import it'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
