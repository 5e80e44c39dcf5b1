import { z } from 'zod';
import { TimeZone } from '../domain/time-zone.ts';
import { Delivery, IndexTarget, Search, Spool, WebdavTarget } from './schema-targets.ts';

const Score = z.number().min(0).max(1);

/** Stands for a version: the newest there is. */
export const NEWEST_VERSION = 'newest';

/** The one source of every setting: its name, default, limits and description. */
export const Config = z.strictObject({
  inbox: z
    .string()
    .min(1)
    .optional()
    .describe('Folder the microscope writes to; watched and back-filled, never changed.'),
  repo: z.string().min(1).optional().describe('Folder of the published records (REPO).'),
  state: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of ledger and index (STATE), on a local disk. Default: one per user and REPO.'),
  accept: z
    .array(z.enum(['tiff', 'jpeg', 'png']))
    .min(1)
    .default(['tiff'])
    .describe('Kinds of picture that become records, by content.'),
  durability: z
    .enum(['record', 'batch'])
    .optional()
    .describe('When records are forced to disk: each one, or grouped. Default: batch for backfill, record for watch.'),
  instrument: z
    .strictObject({
      id: z.string().min(1).optional().describe('Your name for the instrument, written to every record.'),
      timeZone: TimeZone.optional().describe('Time zone of the microscope computer. Default: that of this computer.'),
    })
    .prefault({}),
  publish: z
    .strictObject({
      operator: z.boolean().default(false).describe('Write the operator named in the header into the record.'),
      host: z.boolean().default(false).describe('Write the name of this computer into the record.'),
      roCrate: z.boolean().default(true).describe('Describe each record in an ro-crate-metadata.json as well.'),
      folder: z
        .string()
        .min(1)
        .optional()
        .describe('Second folder, such as a mounted share, that every record is brought to.'),
      webdav: WebdavTarget,
    })
    .prefault({}),
  index: IndexTarget,
  delivery: Delivery,
  spool: Spool,
  search: Search,
  watch: z
    .strictObject({
      mode: z.enum(['auto', 'native', 'polling']).default('auto').describe('How new files are noticed.'),
      settleMs: z.int().min(0).default(2000).describe('Time without change after which a file may be complete.'),
      events: z
        .enum(['node', 'chokidar'])
        .default('node')
        .describe('Where events come from in the modes that use them; chokidar costs more in large folders.'),
      rescanMs: z
        .int()
        .min(100)
        .optional()
        .describe('Pause between full scans, which trust no events. Default: 60 s beside events, 10 s when polling.'),
      sidecarGraceS: z
        .number()
        .min(0)
        .max(86_400)
        .default(60)
        .describe('Time that a complete picture without a readable header inside waits for its sidecar.'),
    })
    .prefault({}),
  workers: z
    .strictObject({
      count: z.int().min(1).max(256).optional().describe('Worker processes. Default: one for each processor core.'),
      batchFiles: z.int().min(1).max(256).default(8).describe('Files a worker takes at once.'),
      batchMiB: z.int().min(1).default(64).describe('Bytes of files a worker takes at once.'),
      memoryMiB: z.int().min(256).default(1536).describe('Resident memory at which a worker is stopped.'),
      deadlineS: z
        .number()
        .positive()
        .default(120)
        .describe('Longest time for one file. Files of more than 64 MiB get 1 s more for every 4 MB.'),
    })
    .prefault({}),
  convert: z
    .strictObject({
      jpegQuality: z.int().min(1).max(100).default(90).describe('Quality of the JPEG.'),
      jpegLongSidePx: z.int().min(16).optional().describe('Long side of the JPEG. Default: that of the picture.'),
      pages: z
        .enum(['first', 'all'])
        .default('all')
        .describe('Pages of a TIFF that go into the HDF5; the first is the picture of the record either way.'),
      compression: z
        .enum(['none', 'gzip'])
        .default('none')
        .describe('How the HDF5 stores pixels; gzip makes smaller files and takes longer.'),
      cutFoundDataBar: z
        .boolean()
        .default(false)
        .describe('Also take a data bar that only the picture shows, and no header states, out of the HDF5 picture.'),
    })
    .prefault({}),
  classify: z
    .strictObject({
      enabled: z.boolean().default(true).describe('Give each micrograph five labels.'),
      model: z.string().min(1).default('nffa-sem-small').describe('Name of the model while none is promoted.'),
      version: z
        .string()
        .min(1)
        .optional()
        .describe(
          'Version of the model, or newest; no promotion changes it. Default: the promoted model, else the newest version.',
        ),
      acceptAbove: Score.optional().describe('Overrides the score above which a label is accepted.'),
      suggestAbove: Score.optional().describe('Overrides the score above which two labels are suggested.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
        .default('warn')
        .describe('Log lines on stderr.'),
    })
    .prefault({}),
});
export type Config = z.infer<typeof Config>;
