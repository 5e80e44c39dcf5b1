/** One label of the taxonomy with the words people use for what it shows. */
export interface LabelSynonyms {
  label: string;
  /** Names of the category itself and of what can only be it. */
  exact: readonly string[];
  /** Words that suggest the category among others: they count {@link RELATED_WEIGHT} of an exact one. */
  related: readonly string[];
}

/** A list written in one text: the words stay readable, several to a line. */
function terms(list: string): string[] {
  return list.trim().split(/,\s*/);
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
    exact: terms('biology, bio, cell, tissue, bacteria, bacterium, pollen, organism, biofilm, biomaterial'),
    related: terms(`
      insect, plant, leaf, spore, fungus, fungi, virus, neuron, bone, tooth, hair, diatom, blood, yeast,
      alga, algae, microbe, protein, spider, wing, petal, seed, fossil`),
  },
  {
    label: 'Fibres',
    exact: terms('fiber, nanofiber, microfiber, electrospun, electrospinning, filament, textile, fibrous'),
    related: terms('yarn, thread, fabric, cloth, wool, cotton, silk, cellulose, strand, felt, nonwoven, paper, mat'),
  },
  {
    label: 'Films_Coated_Surface',
    exact: terms('film, thin film, coating, coated surface, coated, layer, multilayer, thin layer'),
    related: terms(`
      surface, deposition, deposited, sputtered, sputtering, evaporated, ald, cvd, paint, membrane,
      epitaxial, epitaxy, overlayer, passivation, oxide layer, cross section, plating, varnish`),
  },
  {
    label: 'MEMS_devices_and_electrodes',
    exact: terms('mems, nems, device, electrode, microelectrode, chip, microchip, microdevice, integrated circuit'),
    related: terms(`
      circuit, transistor, sensor, actuator, cantilever, resonator, microfluidic, microsystem, contact,
      wire bond, bond pad, semiconductor, electronic, accelerometer, comb drive, gate`),
  },
  {
    label: 'Nanowires',
    exact: terms('nanowire, nanorod, whisker, nanowhisker, nanoneedle'),
    related: terms(`
      wire, rod, nanotube, carbon nanotube, cnt, nanopillar, nanobelt, nanoribbon, 1d nanostructure, forest`),
  },
  {
    label: 'Particles',
    exact: terms('particle, nanoparticle, microparticle, colloid, bead, microsphere, nanosphere, sphere'),
    related: terms(`
      cluster, aggregate, agglomerate, crystal, nanocrystal, nanocube, latex, quantum dot, droplet, dust,
      aerosol`),
  },
  {
    label: 'Patterned_surface',
    exact: terms(`
      patterned surface, pattern, patterned, grating, lithography, nanopattern, micropattern,
      periodic structure`),
    related: terms(`
      array, lattice, pillar, micropillar, nanopillar, hole array, grid, metasurface, photonic crystal,
      etched, nanoimprint, e beam lithography, trench, wafer, photoresist, resist, textured, moth eye`),
  },
  {
    label: 'Porous_Sponge',
    exact: terms('porous, sponge, foam, pore, porosity, mesoporous, nanoporous, macroporous, microporous, aerogel'),
    related: terms(`
      scaffold, zeolite, membrane, void, hydrogel, xerogel, filter, honeycomb, cellular solid, network`),
  },
  {
    label: 'Powder',
    exact: terms('powder, powdered, granulate, granule, granular, grain powder'),
    related: terms(`
      grain, flake, dust, milled, cement, ceramic powder, metal powder, feedstock, pigment, salt, sand`),
  },
  {
    label: 'Tips',
    exact: terms('tip, afm probe, afm tip, stm tip, probe tip, needle, scanning probe, sharp tip'),
    related: terms(`
      apex, cantilever tip, cantilever, atom probe, atom probe tomography, apt, micromanipulator,
      field emitter, spike, cone`),
  },
];
