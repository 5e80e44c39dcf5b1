/** One label of the taxonomy with the words people use for what it shows. */
export interface LabelSynonyms {
  label: string;
  /** Names of the category itself and of what can only be it. */
  exact: readonly string[];
  /** Words that suggest the category among others: they count {@link RELATED_WEIGHT} of an exact one. */
  related: readonly string[];
}

/** What a related word is worth beside an exact name. A choice, not a measurement. */
export const RELATED_WEIGHT = 0.6;

/**
 * Alternative names of the ten NFFA-EUROPE categories (Aversa et al. 2018, doi:10.1038/sdata.2018.172, describe what each
 * holds). The words are ours. Plurals, hyphens, case and British spelling need no entry of their own.
 */
export const LABEL_SYNONYMS: readonly LabelSynonyms[] = [
  {
    label: 'Biological',
    exact: [
      'biology',
      'bio',
      'cell',
      'tissue',
      'bacteria',
      'bacterium',
      'pollen',
      'organism',
      'biofilm',
      'biomaterial',
    ],
    related: [
      ...['insect', 'plant', 'leaf', 'spore', 'fungus', 'fungi', 'virus', 'neuron', 'bone', 'tooth', 'hair', 'diatom'],
      ...['blood', 'yeast', 'alga', 'algae', 'microbe', 'protein', 'spider', 'wing', 'petal', 'seed', 'fossil'],
    ],
  },
  {
    label: 'Fibres',
    exact: ['fiber', 'nanofiber', 'microfiber', 'electrospun', 'electrospinning', 'filament', 'textile', 'fibrous'],
    related: [
      'yarn',
      'thread',
      'fabric',
      'cloth',
      'wool',
      'cotton',
      'silk',
      'cellulose',
      'strand',
      'felt',
      'nonwoven',
      'paper',
      'mat',
    ],
  },
  {
    label: 'Films_Coated_Surface',
    exact: ['film', 'thin film', 'coating', 'coated surface', 'coated', 'layer', 'multilayer', 'thin layer'],
    related: [
      ...[
        'surface',
        'deposition',
        'deposited',
        'sputtered',
        'sputtering',
        'evaporated',
        'ald',
        'cvd',
        'paint',
        'membrane',
      ],
      ...['epitaxial', 'epitaxy', 'overlayer', 'passivation', 'oxide layer', 'cross section', 'plating', 'varnish'],
    ],
  },
  {
    label: 'MEMS_devices_and_electrodes',
    exact: [
      'mems',
      'nems',
      'device',
      'electrode',
      'microelectrode',
      'chip',
      'microchip',
      'microdevice',
      'integrated circuit',
    ],
    related: [
      ...['circuit', 'transistor', 'sensor', 'actuator', 'cantilever', 'resonator', 'microfluidic', 'microsystem'],
      ...['contact', 'wire bond', 'bond pad', 'semiconductor', 'electronic', 'accelerometer', 'comb drive', 'gate'],
    ],
  },
  {
    label: 'Nanowires',
    exact: ['nanowire', 'nanorod', 'whisker', 'nanowhisker', 'nanoneedle'],
    related: [
      'wire',
      'rod',
      'nanotube',
      'carbon nanotube',
      'cnt',
      'nanopillar',
      'nanobelt',
      'nanoribbon',
      '1d nanostructure',
      'forest',
    ],
  },
  {
    label: 'Particles',
    exact: ['particle', 'nanoparticle', 'microparticle', 'colloid', 'bead', 'microsphere', 'nanosphere', 'sphere'],
    related: [
      'cluster',
      'aggregate',
      'agglomerate',
      'crystal',
      'nanocrystal',
      'nanocube',
      'latex',
      'quantum dot',
      'droplet',
      'dust',
      'aerosol',
    ],
  },
  {
    label: 'Patterned_surface',
    exact: [
      'patterned surface',
      'pattern',
      'patterned',
      'grating',
      'lithography',
      'nanopattern',
      'micropattern',
      'periodic structure',
    ],
    related: [
      ...[
        'array',
        'lattice',
        'pillar',
        'micropillar',
        'nanopillar',
        'hole array',
        'grid',
        'metasurface',
        'photonic crystal',
        'etched',
      ],
      ...['nanoimprint', 'e beam lithography', 'trench', 'wafer', 'photoresist', 'resist', 'textured', 'moth eye'],
    ],
  },
  {
    label: 'Porous_Sponge',
    exact: [
      'porous',
      'sponge',
      'foam',
      'pore',
      'porosity',
      'mesoporous',
      'nanoporous',
      'macroporous',
      'microporous',
      'aerogel',
    ],
    related: [
      'scaffold',
      'zeolite',
      'membrane',
      'void',
      'hydrogel',
      'xerogel',
      'filter',
      'honeycomb',
      'cellular solid',
      'network',
    ],
  },
  {
    label: 'Powder',
    exact: ['powder', 'powdered', 'granulate', 'granule', 'granular', 'grain powder'],
    related: [
      'grain',
      'flake',
      'dust',
      'milled',
      'cement',
      'ceramic powder',
      'metal powder',
      'feedstock',
      'pigment',
      'salt',
      'sand',
    ],
  },
  {
    label: 'Tips',
    exact: ['tip', 'afm probe', 'afm tip', 'stm tip', 'probe tip', 'needle', 'scanning probe', 'sharp tip'],
    related: [
      'apex',
      'cantilever tip',
      'cantilever',
      'atom probe',
      'atom probe tomography',
      'apt',
      'micromanipulator',
      'field emitter',
      'spike',
      'cone',
    ],
  },
];
