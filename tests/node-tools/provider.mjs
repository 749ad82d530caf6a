// An OpenID provider for tests: node provider.mjs PORT JWKS-FILE. Its clients get JWT access tokens for the audience "wir-test".
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [port, jwksFile] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  jwks: JSON.parse(readFileSync(jwksFile, 'utf8')),
  clients: [{
    client_id: 'editor', client_secret: 'editor-secret', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post',
  }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'urn:wir-test',
      getResourceServerInfo: (ctx, resource) => ({
        scope: 'api', audience: resource === 'urn:other' ? 'other' : 'wir-test', accessTokenTTL: 300, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  extraTokenClaims: () => ({ wir_scopes: ['welcome:write', 'registry:write', 'made:up'], wir_areas: ['06635015'] }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
