import { z } from 'zod';
import { Secret } from '../domain/secret.ts';

const Text = z.string().min(1);

/** An http address; one with a password in it would be shown wherever the address is. */
const Address = z.url({ protocol: /^https?$/ }).refine((url) => !/^[^/]*\/\/[^/]*@/.test(url), {
  message: 'must not contain a name or password; there are settings for them',
});

/** A setting that must not stand in the config file: from the environment, or from a file that another setting names. */
function secret(description: string): z.ZodOptional<z.ZodPipe<z.ZodString, z.ZodTransform<Secret, string>>> {
  return Text.transform((text) => new Secret(text))
    .optional()
    .meta({ secret: true, description });
}

function secretFile(what: string): z.ZodOptional<z.ZodString> {
  return Text.optional().describe(`File that holds ${what}, and nothing else.`);
}

const CaFile = Text.optional().describe('Certificate (PEM) of the authority that signed the server, if it is private.');

/** The WebDAV server that records are brought to. */
export const WebdavTarget = z
  .strictObject({
    url: Address.optional().describe('Address of the collection that records are brought to.'),
    auth: z
      .enum(['none', 'basic', 'digest', 'bearer'])
      .optional()
      .describe('How semantiff signs in. Default: basic with a user, bearer with a token, else none.'),
    user: Text.optional().describe('Name to sign in with.'),
    password: secret('Password to sign in with.'),
    passwordFile: secretFile('the password'),
    token: secret('Bearer token to sign in with.'),
    tokenFile: secretFile('the bearer token'),
    caFile: CaFile,
    verify: z
      .enum(['size', 'checksum', 'readback'])
      .default('checksum')
      .describe(
        'How an upload is proved: its size, the checksum that the server tells (else size), or reading it back.',
      ),
    timeoutS: z.number().positive().default(60).describe('Longest time that the server may stay silent.'),
    parallel: z.int().min(1).max(32).default(4).describe('Files uploaded at once.'),
    maxMibPerS: z.number().positive().optional().describe('Most MiB a second that all uploads together may take.'),
    window: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/)
      .optional()
      .describe('Hours of the day in which uploads run, in local time, such as 20:00-06:00. Default: always.'),
  })
  .prefault({});
export type WebdavTarget = z.infer<typeof WebdavTarget>;

/** Where records are searched. */
export const IndexTarget = z
  .strictObject({
    kind: z
      .enum(['sqlite', 'elasticsearch'])
      .default('sqlite')
      .describe('Where records are searched: in STATE, or in Elasticsearch.'),
    elasticsearch: z
      .strictObject({
        url: Address.optional().describe('Address of Elasticsearch.'),
        cloudId: Text.optional().describe('Cloud id, instead of an address.'),
        alias: z
          .string()
          .regex(/^[a-z][a-z0-9_-]{0,99}$/)
          .default('semantiff')
          .describe('Name under which the index is found.'),
        user: Text.optional().describe('Name to sign in with.'),
        password: secret('Password to sign in with.'),
        passwordFile: secretFile('the password'),
        apiKey: secret('API key, instead of name and password.'),
        apiKeyFile: secretFile('the API key'),
        caFile: CaFile,
        timeoutS: z.number().positive().default(30).describe('Longest time for one request.'),
      })
      .prefault({}),
  })
  .prefault({});
export type IndexTarget = z.infer<typeof IndexTarget>;

/** How what waits for a target is brought there. */
export const Delivery = z
  .strictObject({
    recordsAtOnce: z.int().min(1).max(64).default(4).describe('Records brought to one target at once.'),
    bulkDocuments: z.int().min(1).max(10_000).default(500).describe('Documents indexed with one request.'),
    maxRetryS: z.number().min(1).default(900).describe('Longest pause between two tries.'),
  })
  .prefault({});
export type Delivery = z.infer<typeof Delivery>;

/** What may lie here before it has reached its targets. */
export const Spool = z
  .strictObject({
    minFreeGiB: z.number().min(0).default(2).describe('Free disk below which no new file is taken.'),
    maxWaiting: z
      .int()
      .min(1)
      .optional()
      .describe('Records waiting for a target above which no new file is taken. Default: no limit.'),
  })
  .prefault({});
export type Spool = z.infer<typeof Spool>;

/** How words are understood. */
export const Search = z
  .strictObject({
    taxonomy: Text.optional().describe('File of your own categories and their names, beside those that come with it.'),
    sentenceModel: Text.optional().describe(
      'Folder of a sentence model (ONNX) that tells what texts mean. Default: the word vectors that come with it.',
    ),
    rank: z
      .enum(['words', 'meaning', 'fused'])
      .default('fused')
      .describe('What words rank by: as words, by their meaning, or both.'),
  })
  .prefault({});
export type Search = z.infer<typeof Search>;
