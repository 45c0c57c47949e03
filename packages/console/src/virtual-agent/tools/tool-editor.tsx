/** One tool: where it is, what it is given, what of its answer is read, and what holds whatever is said. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { useNavigate } from '@tanstack/react-router'
import type { ToolSecret } from '@candor/protocol/virtual-agent-api.ts'
import {
  budgetMax,
  retriesMax,
  timeoutMsMax,
  titleCharactersMax,
  toolFieldsMax,
} from '@candor/virtual-agent/flows/parse-book.ts'
import type { Tool, ToolField } from '@candor/virtual-agent/flows/tool.ts'
import { Button, IconButton } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft, useFault, useFaults } from '../draft-context.ts'
import { asSentence, faultsBelow } from '../draft-store.ts'
import { isName } from '../flows/change-flows.ts'
import { RenameId } from '../flows/flow-dialogs.tsx'
import { ConditionField } from '../flows/next-field.tsx'
import { ChoiceSwitch } from '../parts/choice-switch.tsx'
import { LocalisedField } from '../parts/localised-field.tsx'
import { Badge, Nothing, Problem } from '../../design/say.tsx'
import { NumberField, TypeField } from '../parts/type-field.tsx'
import { typeInWords } from '../parts/type-words.ts'
import { showing } from '../authoring-search.ts'
import { LanguageChoice } from '../parts/writing-language.tsx'
import dialog from '../dialogs.module.css'
import parts from '../../design/parts.module.css'
import form from '../flows/flow-form.module.css'
import editor from '../flows/flow-editor.module.css'
import { changeTool, putField, renameTool } from './change-tools.ts'
import { SecretField } from './secret-field.tsx'
import css from './tool-editor.module.css'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies Tool['method'][]

export function ToolEditor({ tool, at, secret }: { tool: Tool; at: number; secret: ToolSecret | null }) {
  const definition = useDefinition()
  const draft = useDraft()
  const mayEdit = useMayEdit()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const [renaming, setRenaming] = useState(false)
  const field = `tools[${at}]`
  const idFault = useFault(`${field}.id`)
  const methodFault = useFault(`${field}.method`)
  const urlFault = useFault(`${field}.url`)
  const timeoutFault = useFault(`${field}.timeoutMs`)
  const change = (next: Partial<Tool>): void =>
    draft.change((before) => changeTool(before, tool.id, (one) => ({ ...one, ...next })))
  const drop = (name: 'policy' | 'secretHeader'): void =>
    draft.change((before) =>
      changeTool(before, tool.id, (one) => {
        const { [name]: _, ...rest } = one
        return rest
      }),
    )
  const open = (item?: string): void => void navigate({ search: (before) => showing(before, item) })
  return (
    <div className={editor.editor}>
      <div className={editor.head}>
        <Button tone="quiet" icon="back" onPress={() => open()} className={editor.back}>
          All tools
        </Button>
        <span className={parts.end} />
        <LanguageChoice />
      </div>
      <div className={editor.name}>
        <h2 className={editor.title} dir="auto">
          {tool.title[definition.language] || tool.id}
        </h2>
        <code className={parts.code}>{tool.id}</code>
        {mayEdit && (
          <Button tone="quiet" icon="edit" onPress={() => setRenaming(true)}>
            Rename the id
          </Button>
        )}
      </div>
      {idFault !== undefined && <Problem>{idFault}</Problem>}
      <fieldset className={form.plain} disabled={!mayEdit}>
        <LocalisedField
          label="Title"
          value={tool.title}
          onChange={(title) => change({ title })}
          field={`${field}.title`}
          charactersMax={titleCharactersMax}
        />
        <Part title="Where it is">
          <Select
            label="Effect"
            value={tool.effect}
            choices={[
              { id: 'read', name: 'Only looks', hint: 'called when the flow comes to it' },
              {
                id: 'write',
                name: 'Changes something',
                hint: 'the visitor says yes first, and a repeat changes nothing twice',
              },
            ]}
            onChange={(effect) =>
              change({ effect, ...(effect === 'write' && tool.method === 'GET' && { method: 'POST' }) })
            }
          />
          <div className={css.address}>
            <Select
              label="Method"
              value={tool.method}
              choices={methods
                .filter((id) => tool.effect === 'read' || id !== 'GET')
                .map((id) => ({ id, name: id }))}
              onChange={(method) => change({ method })}
              error={methodFault}
            />
            <TextField
              label="Address"
              value={tool.url}
              onChange={(url) => change({ url })}
              maxLength={500}
              inputMode="url"
              spellCheck="false"
              lang="en"
              live
              error={urlFault}
              hint={
                tool.method === 'GET' || tool.method === 'DELETE'
                  ? 'https://host/path/{input}. What the address does not name goes into the query.'
                  : 'https://host/path/{input}. What the address does not name goes into the JSON body.'
              }
            />
          </div>
        </Part>
        <Fields tool={tool} list="input" field={`${field}.input`} title="It is given" />
        <Fields tool={tool} list="output" field={`${field}.output`} title="Of its answer is read" />
        <Part title="Limits that hold whatever is said">
          <div className={form.beside}>
            <NumberField
              label="Waits at most, in milliseconds"
              value={tool.timeoutMs}
              min={100}
              max={timeoutMsMax}
              onChange={(timeoutMs) => change({ timeoutMs: timeoutMs ?? 0 })}
              error={timeoutFault}
            />
            <NumberField
              label="Further tries"
              value={tool.retries}
              min={0}
              max={retriesMax}
              onChange={(retries) => change({ retries: retries ?? 0 })}
              hint="Under the same key: nothing is done twice."
            />
            <NumberField
              label="Calls in one conversation, at most"
              value={tool.budgetPerConversation}
              min={1}
              max={budgetMax}
              onChange={(budget) => change({ budgetPerConversation: budget ?? 0 })}
            />
          </div>
          <ChoiceSwitch
            label="Called only if a condition holds"
            hint="Checked in code before every call. What is not known does not hold."
            checked={tool.policy !== undefined}
            onChange={(on) => (on ? change({ policy: '' }) : drop('policy'))}
          />
          {tool.policy !== undefined && (
            <ConditionField
              label="Condition"
              value={tool.policy}
              slots={tool.input}
              field={`${field}.policy`}
              onChange={(policy) => change({ policy })}
              hint={
                tool.input.length === 0
                  ? 'There is no input yet to ask about.'
                  : `Over ${tool.input.map(({ name }) => name).join(', ')}, such as “amount <= 200”.`
              }
            />
          )}
        </Part>
      </fieldset>
      <Part title="Secret">
        <fieldset className={form.plain} disabled={!mayEdit}>
          <HeaderField
            value={tool.secretHeader}
            field={`${field}.secretHeader`}
            onChange={(secretHeader) =>
              secretHeader === '' ? drop('secretHeader') : change({ secretHeader })
            }
          />
        </fieldset>
        {tool.secretHeader !== undefined && <SecretField tool={tool} secret={secret} />}
      </Part>
      {renaming && (
        <RenameId
          what="tool"
          id={tool.id}
          taken={definition.tools.map(({ id }) => id)}
          say={
            secret === null
              ? 'Steps that use it follow it.'
              : 'Steps that use it follow it. Its secret does not: set it again after saving.'
          }
          onClose={() => setRenaming(false)}
          onRename={(id) => {
            setRenaming(false)
            draft.change((before) => renameTool(before, tool.id, id))
            open(id)
          }}
        />
      )}
    </div>
  )
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={form.part} aria-label={title}>
      <h3 className={form.partTitle}>{title}</h3>
      {children}
    </section>
  )
}

function HeaderField({
  value,
  field,
  onChange,
}: {
  value: string | undefined
  field: string
  onChange(value: string): void
}) {
  return (
    <TextField
      label="Header that carries the secret (optional)"
      value={value ?? ''}
      onChange={onChange}
      maxLength={60}
      spellCheck="false"
      placeholder="X-Api-Key"
      live
      error={useFault(field)}
    />
  )
}

function Fields({
  tool,
  list,
  field,
  title,
}: {
  tool: Tool
  list: 'input' | 'output'
  field: string
  title: string
}) {
  const draft = useDraft()
  const mayEdit = useMayEdit()
  const faults = useFaults()
  const [asked, setAsked] = useState<ToolField | 'new' | null>(null)
  const fields = tool[list]
  return (
    <section className={form.part} aria-label={title}>
      <div className={form.partHead}>
        <h3 className={form.partTitle}>{title}</h3>
        <span className={parts.end} />
        {mayEdit && fields.length < toolFieldsMax && (
          <Button tone="quiet" icon="plus" onPress={() => setAsked('new')}>
            {list === 'input' ? 'New input' : 'New output'}
          </Button>
        )}
      </div>
      {fields.length === 0 ? (
        <Nothing>
          {list === 'input'
            ? 'Nothing: it is the same call for everybody.'
            : 'Nothing yet: only whether it answered. Fields that are not named here are dropped unread.'}
        </Nothing>
      ) : (
        <div className={form.tableRoom} tabIndex={0} role="group" aria-label={title}>
          <table className={form.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Kind</th>
                <th scope="col">Required</th>
                <th scope="col">
                  <span className="visually-hidden">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {fields.map((one, i) => (
                <tr key={i}>
                  <th scope="row">
                    <code>{one.name}</code>
                    {faultsBelow(faults, `${field}[${i}]`).map((fault) => (
                      <p key={fault.field + fault.message} className={form.rowFault}>
                        {asSentence(fault.message)}
                      </p>
                    ))}
                  </th>
                  <td>{typeInWords(one.type)}</td>
                  <td>
                    {one.required ? <Badge>required</Badge> : <span className={parts.soft}>optional</span>}
                  </td>
                  <td className={form.deeds}>
                    {mayEdit && (
                      <>
                        <IconButton icon="edit" label={`Change ${one.name}`} onPress={() => setAsked(one)} />
                        <IconButton
                          icon="trash"
                          label={`Remove ${one.name}`}
                          onPress={() =>
                            draft.change((before) =>
                              changeTool(before, tool.id, (whole) => ({
                                ...whole,
                                [list]: whole[list].filter((other) => other !== one),
                              })),
                            )
                          }
                        />
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {asked !== null && (
        <FieldDialog
          given={asked === 'new' ? null : asked}
          taken={fields.map(({ name }) => name)}
          field={asked === 'new' ? null : `${field}[${fields.indexOf(asked)}].type`}
          list={list}
          onClose={() => setAsked(null)}
          onDone={(made) => {
            const before = asked === 'new' ? null : asked.name
            draft.change((definition) => putField(definition, tool.id, list, before, made))
            setAsked(null)
          }}
        />
      )}
    </section>
  )
}

function FieldDialog({
  given,
  taken,
  field,
  list,
  onClose,
  onDone,
}: {
  given: ToolField | null
  taken: readonly string[]
  field: string | null
  list: 'input' | 'output'
  onClose(): void
  onDone(field: ToolField): void
}) {
  const [made, setMade] = useState<ToolField>(given ?? { name: '', type: { kind: 'text' }, required: true })
  const [touched, setTouched] = useState(given !== null)
  const wrong = !isName(made.name)
    ? 'Lower-case letters, digits and underscores, a letter first.'
    : made.name !== given?.name && taken.includes(made.name)
      ? 'Another field has this name.'
      : undefined
  const what = list === 'input' ? 'input' : 'output'
  return (
    <Dialog title={given === null ? `New ${what}` : `The ${what} “${given.name}”`} onClose={onClose}>
      <form
        className={dialog.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          if (wrong === undefined) onDone(made)
        }}
      >
        <TextField
          label="Name"
          value={made.name}
          onChange={(name) => {
            setTouched(true)
            setMade({ ...made, name })
          }}
          maxLength={40}
          spellCheck="false"
          live
          error={touched ? wrong : undefined}
          hint={list === 'input' ? 'As your system expects it.' : 'As your system answers it.'}
          autoFocus
        />
        <TypeField value={made.type} onChange={(type) => setMade({ ...made, type })} field={field} />
        <ChoiceSwitch
          label={list === 'input' ? 'It is never called without it' : 'An answer without it is no answer'}
          checked={made.required}
          onChange={(required) => setMade({ ...made, required })}
        />
        <div className={dialog.buttons}>
          <Button tone="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button type="submit" tone="main" isDisabled={wrong !== undefined}>
            {given === null ? 'Add' : 'Done'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
