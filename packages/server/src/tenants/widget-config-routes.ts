import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from './request-actor.ts'
import { shippedLocales, type WidgetConfigs } from './widget-config.ts'

const colour = { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' } as const
// One type with two members: `anyOf` would turn null into '' where the edge coerces.
const link = { type: ['string', 'null'], maxLength: 2_048 } as const
const config = {
  $id: 'WidgetConfig',
  type: 'object',
  description: 'How the widget looks and speaks. Data, never code or HTML.',
  required: ['name', 'accent', 'accentDark', 'position', 'greeting', 'payUrl', 'privacyUrl', 'locales'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 100 },
    accent: { ...colour, description: 'Contrast of at least 4.5 to white' },
    accentDark: { ...colour, description: 'Contrast of at least 4.5 to black' },
    position: { enum: ['end', 'start'] },
    greeting: { type: 'string', minLength: 1, maxLength: 500 },
    payUrl: { ...link, description: 'Where the tenant takes payments; https only' },
    privacyUrl: { ...link, description: 'https only' },
    locales: { type: 'array', items: { enum: shippedLocales }, minItems: 1, uniqueItems: true },
  },
} as const
const tags = ['widget']

export function widgetConfigRoutes(widgetConfigs: WidgetConfigs): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(config)

    app.get(
      '/v1/widget-config',
      {
        schema: {
          operationId: 'readWidgetConfig',
          summary: 'The configuration of the tenant’s widget',
          tags,
          response: { 200: { $ref: 'WidgetConfig#' } },
        },
      },
      async (request) => widgetConfigs.widgetConfig(requireStaff(request, 'widget.read').tenant),
    )

    app.put(
      '/v1/widget-config',
      {
        schema: {
          operationId: 'saveWidgetConfig',
          summary: 'Save the configuration of the widget (administrators)',
          tags,
          body: { $ref: 'WidgetConfig#' },
          response: { 200: { $ref: 'WidgetConfig#' } },
        },
      },
      async (request) => widgetConfigs.saveWidgetConfig(requireStaff(request, 'widget.manage'), request.body),
    )
  }
}
