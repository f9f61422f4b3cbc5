import { HeatmapChart } from 'echarts/charts';
import { VisualMapContinuousComponent } from 'echarts/components';
import { use } from '../core';

use([HeatmapChart, VisualMapContinuousComponent]);
