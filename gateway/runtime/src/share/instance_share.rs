//! One instance's share of everything.

use super::super::cpu::{CpuShare, HeavyLane};
use super::super::engine::RuntimeLimits;
use super::fair_pool::{FairPart, FairPool};
use super::place::Places;

/// What the connectors of all instances use together.
#[derive(Debug)]
pub(crate) struct Resources {
    lane: HeavyLane,
    places: FairPool,
    memory: FairPool,
    limits: RuntimeLimits,
}

/// One instance's share of the processors, of the places in which connectors run, and of their memory. Cheap to clone; the clones
/// are one share.
#[derive(Debug, Clone)]
pub struct InstanceShare {
    pub(crate) cpu: CpuShare,
    pub(crate) places: Places,
    pub(crate) memory: FairPart,
}

impl Resources {
    pub(crate) fn new(lane: HeavyLane, limits: &RuntimeLimits) -> Self {
        let (places, memory) = (FairPool::new(limits.slots), FairPool::new(limits.total_memory));
        Self { lane, places, memory, limits: limits.clone() }
    }

    /// The share of one more instance.
    pub(crate) fn share(&self) -> InstanceShare {
        InstanceShare {
            cpu: self.lane.share(),
            places: Places::new(self.places.part(), self.limits.queue),
            memory: self.memory.part(),
        }
    }
}
