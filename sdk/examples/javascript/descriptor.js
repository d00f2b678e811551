// Describes the connector; `wit/descriptor.schema.json` defines the keys.

export default {
  contract: '0.1',
  id: 'directory',
  name: 'Directory',
  version: '1.0.0',
  description: 'People of the example app: a small REST API with numbered offsets.',
  'base-url': {},
  auth: [{ kind: 'bearer' }],
  'resource-types': [
    {
      name: 'User',
      endpoint: '/Users',
      schema: {
        id: 'urn:ietf:params:scim:schemas:core:2.0:User',
        name: 'User',
        attributes: [
          { name: 'userName', type: 'string', required: true, uniqueness: 'server' },
          { name: 'displayName', type: 'string' },
          { name: 'active', type: 'boolean' },
        ]
      },
      filters: { email: ['eq'] },
      paging: { kind: 'index', 'max-page-size': 100 },
    }
  ],
  mapping: {
    'resource-types': {
      User: [
        { scim: 'userName', app: 'email', match: 1 },
        { scim: 'displayName', app: 'name' },
        { scim: 'active', app: 'enabled' },
      ]
    },
  }
};
