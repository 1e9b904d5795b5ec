// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/learn/checkpoint.h"

namespace pulmo {

/// Puts the settings that a run goes on with in the place of its own. Only what leaves the learning as it is may
/// differ: how long, on what it computes, how often it is saved, and how many batches share one optimizer step
/// (batchSize times accumulate stays; the Dice loss is then taken over fewer or more slices at a time).
/// @throws Error{InvalidInput} naming the first other setting that differs, or for a batch size that does not divide
/// what
///         the epoch has done
void goOnWith(Checkpoint& checkpoint, const TrainingConfig& wanted);

}  // namespace pulmo
