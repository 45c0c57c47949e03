import {
  noticeCategories,
  noticeLanguages,
  type AffectedPerson,
  type NoticeCategory,
} from '@candor/protocol/notices-api.ts'
import { isUuid } from '@candor/protocol/parse-client-frame.ts'
import { checkEmail, checkLine, refuseField } from '../../tenants/fields.ts'
import { postalLines } from './parse-facts.ts'
import { isJurisdiction } from './parse-template.ts'

const nameCharactersMax = 100

/** @throws Refusal `invalid_field` */
export function parsePerson(raw: unknown, path: string): AffectedPerson {
  if (typeof raw !== 'object' || raw === null) refuseField(path, 'is an object')
  const person = raw as Record<string, unknown>
  const { id, email, address, language, jurisdiction, categories } = person
  if (!isUuid(id)) refuseField(`${path}.id`, 'is a UUID')
  if (!noticeLanguages.includes(language as never))
    refuseField(`${path}.language`, `is one of ${noticeLanguages.join(', ')}`)
  if (typeof jurisdiction !== 'string' || !isJurisdiction(jurisdiction))
    refuseField(`${path}.jurisdiction`, 'is such as US-CA, DE or GB')
  if (
    !Array.isArray(categories) ||
    categories.length === 0 ||
    new Set(categories).size !== categories.length ||
    !categories.every((each) => noticeCategories.includes(each as NoticeCategory))
  )
    refuseField(`${path}.categories`, `is a list of ${noticeCategories.join(', ')}, each once`)
  const firstAt = moment(person['firstAt'], `${path}.firstAt`)
  const lastAt = moment(person['lastAt'], `${path}.lastAt`)
  if (lastAt < firstAt) refuseField(`${path}.lastAt`, 'is not before firstAt')
  return {
    id,
    name: checkLine(person['name'], `${path}.name`, nameCharactersMax),
    email: email === null ? null : checkEmail(email, `${path}.email`),
    address: address === null ? null : postalLines(address, `${path}.address`),
    language: language as AffectedPerson['language'],
    jurisdiction,
    categories: categories as NoticeCategory[],
    firstAt,
    lastAt,
  }
}

function moment(value: unknown, field: string): string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T/.test(value) || Number.isNaN(Date.parse(value)))
    refuseField(field, 'is a time, such as 2026-09-26T08:00:00Z')
  return new Date(value).toISOString()
}
