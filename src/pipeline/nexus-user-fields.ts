import type { NexusInput, NexusSample } from '../convert/nexus-input.ts';
import { resolveTimes } from '../convert/start-time.ts';
import type { UserMetadata } from '../domain/user-metadata.ts';

/** What people say of a picture, as the HDF5 has it. `timeZone` is the zone of a preparation date without an offset. */
export function nexusUserFields(
  user: UserMetadata | undefined,
  timeZone: string | undefined,
): Pick<NexusInput, 'sample' | 'users'> {
  if (!user) return {};
  const { sample, creators } = user;
  return { ...(sample && { sample: nexusSample(sample, timeZone) }), ...(creators && { users: creators }) };
}

function nexusSample(
  { preparationDate, ...sample }: NonNullable<UserMetadata['sample']>,
  timeZone: string | undefined,
): NexusSample {
  const { name, identifier, atomTypes, physicalForm } = sample;
  return {
    ...(name !== undefined && { name }),
    ...(identifier && { identifier }),
    ...(atomTypes && { atomTypes }),
    ...(physicalForm !== undefined && { physicalForm }),
    ...(preparationDate !== undefined && { preparationDate: withOffset(preparationDate, timeZone) }),
  };
}

/** NXem refuses a bare date: midnight of its zone stands for it. */
function withOffset(date: string, timeZone: string | undefined): string {
  return resolveTimes({ acquiredAt: date, timeZone, fileModifiedAt: new Date(0) }).startTime;
}
