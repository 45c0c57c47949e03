import { useState } from 'react'
import type { ApiKey, IdentityKey, Role } from '@candor/protocol/api.ts'
import { TextField } from '../design/text-field.tsx'
import { Select } from '../design/select.tsx'
import { Section } from '../design/page.tsx'
import { fullTime } from '../design/times.tsx'
import { AddForm, ItemList, valueOf, type Faults } from './list-form.tsx'
import { roleChoices } from './roles.ts'
import { ShownOnce } from './shown-once.tsx'
import css from './settings-parts.module.css'

export function ApiKeysSection() {
  const [role, setRole] = useState<Role>('agent')
  const [made, setMade] = useState<string | null>(null)
  return (
    <>
      <Section title="Keys">
        <ItemList<ApiKey>
          name="api-keys"
          nothing="No API key. Make one for each program, so that one can be removed alone."
          onRemove={(key) => `Programs that use “${key.name}” stop at once.`}
          render={(key) => (
            <>
              <p className={css.name}>{key.name}</p>
              <p className={css.soft}>
                {roleChoices.find((one) => one.id === key.role)?.name} · made {fullTime(key.createdAt)}
                {key.madeBy !== null &&
                  ` by ${key.madeBy.name}${key.madeBy.deactivated ? ' (deactivated)' : ''}`}{' '}
                · {key.lastUsedAt === null ? 'never used' : `last used ${fullTime(key.lastUsedAt)}`}
              </p>
            </>
          )}
        />
      </Section>
      <Section title="Make a key">
        {made !== null && (
          <div className={css.above}>
            <ShownOnce
              title="Copy this key now. It is not shown again."
              secret={made}
              onDone={() => setMade(null)}
            />
          </div>
        )}
        <AddForm<ApiKey & { key: string }>
          name="api-keys"
          submit="Make the key"
          read={(form) => ({ name: valueOf(form, 'name'), role })}
          onDone={(key) => setMade(key.key)}
        >
          {(faults) => (
            <div className={css.pair}>
              <TextField
                label="Name"
                name="name"
                isRequired
                autoComplete="off"
                hint="The program that will use it."
                error={faults['name']}
              />
              <Select label="Role" value={role} onChange={setRole} choices={roleChoices} />
            </div>
          )}
        </AddForm>
      </Section>
    </>
  )
}

export function IdentityKeysSection() {
  return (
    <>
      <Section title="Keys">
        <ItemList<IdentityKey>
          name="identity-keys"
          nothing="No key: visitors stay anonymous until your site signs who they are."
          onRemove={(key) => `Tokens signed with “${key.name}” are refused from then on.`}
          render={(key) => (
            <>
              <p className={css.name}>{key.name}</p>
              <p className={`${css.soft} ${css.mono}`}>
                {key.jwk['crv']} · kid {key.id}
              </p>
            </>
          )}
        />
      </Section>
      <Section
        title="Add a public key"
        lead="The private half stays on your server. Ed25519 or P-256, as a JWK."
      >
        <AddForm<IdentityKey> name="identity-keys" submit="Add the key" read={readKey}>
          {(faults) => (
            <>
              <TextField label="Name" name="name" isRequired autoComplete="off" error={faults['name']} />
              <TextField
                label="Public key (JWK)"
                name="jwk"
                multiline
                isRequired
                placeholder={'{"kty":"OKP","crv":"Ed25519","x":"…"}'}
                error={faults['jwk']}
              />
            </>
          )}
        </AddForm>
      </Section>
    </>
  )
}

function readKey(form: FormData): { faults: Faults } | { name: string; jwk: object; faults?: never } {
  const fault = (jwk: string): { faults: Faults } => ({ faults: { jwk } })
  let jwk: unknown
  try {
    jwk = JSON.parse(valueOf(form, 'jwk'))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return fault('This is not JSON. Paste the whole key, with its braces.')
  }
  if (typeof jwk !== 'object' || jwk === null) return fault('A key is one JSON object.')
  if ('d' in jwk)
    return fault('This is the private key. Nothing was sent; paste the public half, without “d”.')
  return { name: valueOf(form, 'name'), jwk }
}
